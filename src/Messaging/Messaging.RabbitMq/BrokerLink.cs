using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>
/// One connection, opened when it is needed and replaced when it is lost. The client's own recovery is off: it has been
/// seen to succeed with consumers that the broker does not know.
/// </summary>
internal sealed partial class BrokerLink(
    RabbitMqOptions options, string name,
    Func<IConnection, CancellationToken, Task> onOpened, TimeProvider clock, ILogger logger)
    : IAsyncDisposable
{
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromMilliseconds(400);

    private readonly ConnectionFactory _factory = Factory(options);
    private readonly SemaphoreSlim _opening = new(1, 1);
    private TaskCompletionSource? _unblocked;
    private IConnection? _connection;
    private long _missingSince;
    private bool _disposed;

    /// <summary>Why the broker accepts no publishing (its memory or disk alarm), or null.</summary>
    public string? BlockedReason { get; private set; }

    /// <summary>Whether something that was declared is known to be missing at the broker.</summary>
    public bool IsStale { get; private set; }

    /// <summary>Someone deleted a queue or an exchange: the next <see cref="OpenAsync"/> declares all of it anew,
    /// but not before <see cref="Declarations.ForgetTime"/> has passed.</summary>
    public void DeclareAnew(string reason)
    {
        if (IsStale) return;
        Log.Missing(logger, name, reason);
        _missingSince = clock.GetTimestamp();
        IsStale = true;
    }

    /// <summary>The live connection, else a new one.</summary>
    /// <exception cref="TransportUnavailableException">It could not be opened in time.</exception>
    /// <exception cref="TransportRefusedException">The broker refuses user, host or declarations.</exception>
    public async ValueTask<IConnection> OpenAsync(CancellationToken stop)
    {
        if (_connection is { IsOpen: true } open && !IsStale) return open;
        await _opening.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (IsStale) await ForgottenAsync(stop).ConfigureAwait(false);
            if (_connection is { IsOpen: true } opened)
            {
                if (IsStale) await onOpened(opened, stop).ConfigureAwait(false);
                IsStale = false;
                return opened;
            }
            await AbandonAsync().ConfigureAwait(false);
            return await ConnectAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Ends a connection that answers no more, unless it has been replaced already.</summary>
    public async Task DropAsync(IConnection suspect, string reason)
    {
        await _opening.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!ReferenceEquals(suspect, _connection)) return;
            Log.Dropped(logger, name, reason);
            await AbandonAsync().ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Completes when the broker accepts publishing (again).</summary>
    public Task WhenUnblockedAsync() => _unblocked?.Task ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _opening.WaitAsync().ConfigureAwait(false);
        _disposed = true;
        await AbandonAsync().ConfigureAwait(false);
        _opening.Release();
    }

    private async Task ForgottenAsync(CancellationToken stop)
    {
        var left = Declarations.ForgetTime - clock.GetElapsedTime(_missingSince);
        if (left > TimeSpan.Zero) await Task.Delay(left, clock, stop).ConfigureAwait(false);
    }

    private async Task<IConnection> ConnectAsync(CancellationToken stop)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(options.BrokerTimeout * 2); // TCP connect and handshake each have one broker timeout.
        IConnection? connection = null;
        try
        {
            connection = await _factory.CreateConnectionAsync(
                Endpoints(options.Uri), name, timeout.Token).ConfigureAwait(false);
            connection.ConnectionBlockedAsync += (_, blocked) => OnBlocked(blocked.Reason);
            connection.ConnectionUnblockedAsync += (_, _) => OnUnblocked();
            connection.ConnectionShutdownAsync += (_, shutdown) => OnShutdown(shutdown.ReplyText);
            await onOpened(connection, stop).ConfigureAwait(false);
            _connection = connection;
            IsStale = false;
            Log.Opened(logger, name, connection.Endpoint.HostName, connection.Endpoint.Port);
            return connection;
        }
        catch (Exception failure)
        {
            if (connection is not null) await AbortAsync(connection).ConfigureAwait(false);
            if (stop.IsCancellationRequested) throw;
            throw Failures.Sort(failure, $"opening the connection '{name}'");
        }
    }

    private async Task AbandonAsync()
    {
        var connection = _connection;
        _connection = null;
        await OnUnblocked().ConfigureAwait(false); // A new connection learns anew whether it is blocked.
        if (connection is not null) await AbortAsync(connection).ConfigureAwait(false);
    }

    private static async Task AbortAsync(IConnection connection)
    {
        try
        {
            await connection.AbortAsync(200, "Goodbye", AbortTimeout).WaitAsync(AbortTimeout).ConfigureAwait(false);
            await connection.DisposeAsync().AsTask().WaitAsync(AbortTimeout).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsExpected(failure))
        {
            // It was given up for lost; the broker finds out by its heartbeat.
        }
    }

    private Task OnBlocked(string reason)
    {
        _unblocked ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        BlockedReason = reason;
        Log.Blocked(logger, name, reason);
        return Task.CompletedTask;
    }

    private Task OnUnblocked()
    {
        BlockedReason = null;
        Interlocked.Exchange(ref _unblocked, null)?.TrySetResult();
        return Task.CompletedTask;
    }

    private Task OnShutdown(string reason)
    {
        if (!_disposed) Log.Lost(logger, name, reason);
        return OnUnblocked();
    }

    private static ConnectionFactory Factory(RabbitMqOptions options) => new()
    {
        Uri = new Uri(options.Uri.Split(',')[0].Trim()),
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        RequestedHeartbeat = options.Heartbeat,
        RequestedConnectionTimeout = options.BrokerTimeout,
        HandshakeContinuationTimeout = options.BrokerTimeout,
        ContinuationTimeout = options.BrokerTimeout,
        MaxInboundMessageBodySize = 128 * 1024 * 1024, // What the broker accepted must be readable.
    };

    private static List<AmqpTcpEndpoint> Endpoints(string uris) =>
        [.. uris.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(uri => new AmqpTcpEndpoint(new Uri(uri)))];

    private static partial class Log
    {
        [LoggerMessage(3100, LogLevel.Information, "RabbitMQ connection {Name} opened to {Host}:{Port}")]
        public static partial void Opened(ILogger logger, string name, string host, int port);

        [LoggerMessage(3101, LogLevel.Warning, "RabbitMQ connection {Name} lost: {Reason}")]
        public static partial void Lost(ILogger logger, string name, string reason);

        [LoggerMessage(3102, LogLevel.Warning, "RabbitMQ connection {Name} given up: {Reason}")]
        public static partial void Dropped(ILogger logger, string name, string reason);

        [LoggerMessage(3104, LogLevel.Error,
            "Something that {Name} declared is gone from RabbitMQ and will be declared anew; " +
            "what it held is lost: {Reason}")]
        public static partial void Missing(ILogger logger, string name, string reason);

        [LoggerMessage(3103, LogLevel.Warning,
            "RabbitMQ accepts no publishing on {Name} until its alarm ends: {Reason}")]
        public static partial void Blocked(ILogger logger, string name, string reason);
    }
}
