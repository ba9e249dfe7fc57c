using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>
/// One multiplexer, opened when needed. The client reconnects by itself when a connection breaks, but keeps one that is
/// merely silent for minutes; so when answers stay out, the whole multiplexer is replaced.
/// </summary>
internal sealed partial class RedisLink(RedisOptions options, string name, TimeSpan answerTimeout, ILogger logger)
    : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private ConnectionMultiplexer? _open;
    private bool _disposed;

    /// <summary>The live multiplexer, else a new one.</summary>
    /// <exception cref="TransportUnavailableException">No server could be reached in time.</exception>
    public async ValueTask<ConnectionMultiplexer> OpenAsync(CancellationToken stop)
    {
        if (_open is { } open) return open;
        await _opening.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _open ??= await ConnectAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Replaces a multiplexer that answers no more, unless that was done already.</summary>
    public async Task DropAsync(ConnectionMultiplexer suspect, string reason)
    {
        if (Interlocked.CompareExchange(ref _open, null, suspect) != suspect) return;
        Log.Dropped(logger, name, reason);
        await EndAsync(suspect).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _opening.WaitAsync().ConfigureAwait(false);
        _disposed = true;
        _opening.Release();
        if (Interlocked.Exchange(ref _open, null) is { } open) await EndAsync(open).ConfigureAwait(false);
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken stop)
    {
        var settings = ConfigurationOptions.Parse(options.Configuration);
        settings.ClientName ??= name.Replace(' ', '-');
        settings.AllowAdmin = true; // For CONFIG GET, of the start-up check.
        settings.AbortOnConnectFail = true;
        settings.ConnectRetry = 1;
        settings.ConnectTimeout = (int)options.BrokerTimeout.TotalMilliseconds;
        settings.AsyncTimeout = (int)answerTimeout.TotalMilliseconds;
        settings.SyncTimeout = (int)answerTimeout.TotalMilliseconds;
        settings.ReconnectRetryPolicy = new LinearRetry(250);

        // Nothing waits in the client for a lost connection: what is sent later must not overtake what failed.
        settings.BacklogPolicy = BacklogPolicy.FailFast;
        try
        {
            var open = await ConnectionMultiplexer.ConnectAsync(settings)
                .WaitAsync(options.BrokerTimeout * 2, stop).ConfigureAwait(false);
            open.ConnectionFailed += (_, failure) => Log.Lost(logger, name, failure.FailureType);
            Log.Opened(logger, name);
            return open;
        }
        catch (Exception failure) when (Failures.IsExpected(failure) && !stop.IsCancellationRequested)
        {
            throw Failures.Sort(failure, $"opening the connection '{name}'");
        }
    }

    private static async Task EndAsync(ConnectionMultiplexer multiplexer)
    {
        try
        {
            await multiplexer.CloseAsync(allowCommandsToComplete: false)
                .WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            await multiplexer.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsExpected(failure))
        {
            // It was given up for lost.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3200, LogLevel.Information, "Redis connection {Name} opened")]
        public static partial void Opened(ILogger logger, string name);

        [LoggerMessage(3201, LogLevel.Warning, "Redis connection {Name} lost: {Reason}")]
        public static partial void Lost(ILogger logger, string name, ConnectionFailureType reason);

        [LoggerMessage(3202, LogLevel.Warning, "Redis connection {Name} given up: {Reason}")]
        public static partial void Dropped(ILogger logger, string name, string reason);
    }
}
