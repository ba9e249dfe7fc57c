using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OpenIddict.Server;

namespace Tessera.Users;

/// <summary>Looks into the key folder now and then, and has the token server's settings built anew when a key came,
/// went or took its turn: by itself it reads its keys once.</summary>
internal sealed partial class WatchKeys(KeyFolder folder, TimeProvider clock, ILogger<WatchKeys> logger)
    : BackgroundService, IOptionsChangeTokenSource<OpenIddictServerOptions>
{
    private static readonly TimeSpan interval = TimeSpan.FromSeconds(1);
    private CancellationTokenSource _change = new();

    public string Name => Options.DefaultName;

    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _change).Token);

    public override void Dispose()
    {
        _change.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        var isUsable = true;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (folder.Refresh()) Announce();
                isUsable = true;
            }
            catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException
                or InvalidOperationException)
            {
                if (isUsable) Log.Unusable(logger, unusable.Message); // Once: what is known goes on meanwhile.
                isUsable = false;
            }
        }
    }

    private void Announce()
    {
        var keys = folder.Current;
        using var passed = Interlocked.Exchange(ref _change, new CancellationTokenSource());
        passed.Cancel();
        Log.Changed(logger, keys.Signer.Key.KeyId, keys.Signing.Count);
    }

    private static partial class Log
    {
        [LoggerMessage(330, LogLevel.Information, "Tokens are signed with the key {Key}; {Count} are published")]
        public static partial void Changed(ILogger logger, string key, int count);

        [LoggerMessage(331, LogLevel.Warning, "The keys stay as they are, for the folder cannot be read: {Reason}")]
        public static partial void Unusable(ILogger logger, string reason);
    }
}
