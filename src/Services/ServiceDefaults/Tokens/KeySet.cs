using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Tessera.ServiceDefaults;

/// <summary>
/// The keys that tokens are checked with, in memory and in a file, so that neither an absence of Users nor our own
/// restart during it signs anyone out.
/// </summary>
internal sealed partial class KeySet(
    IKeySource source, IOptions<TesseraOptions> tessera, TimeProvider clock, ILogger<KeySet> logger) : IDisposable
{
    private static readonly TimeSpan commonStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan fetchTimeout = TimeSpan.FromSeconds(3);

    // An unknown key id may be a new key or an attack: it buys one look at Users per interval, not one each.
    private static readonly TimeSpan refreshIntervalMin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan refreshIntervalMinWithoutKeys = TimeSpan.FromMilliseconds(250);
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private readonly string _file = Path.Combine(tessera.Value.KeyDirectory, "jwks.json");
    private volatile TrustedKeys _current = new(new Dictionary<string, SecurityKey>(), "", new TokenCache(clock));
    private int _failures;
    private long _failingSince;
    private long? _refreshedAt; // By the monotonic clock: a clock set back must not stop the asking.

    /// <summary>Another object whenever keys came or went.</summary>
    public TrustedKeys Current => _current;

    /// <summary>Takes the keys from the file, if there is one.</summary>
    public void Load()
    {
        try
        {
            if (File.Exists(_file)) Replace(File.ReadAllText(_file));
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Log.KeyFileUnusable(logger, _file, unusable.Message);
        }
    }

    /// <summary>Asks for the keys, unless that was done just now. True when keys are known afterwards.</summary>
    public async Task<bool> RefreshAsync(CancellationToken stop)
    {
        var asked = clock.GetTimestamp();
        await _refreshing.WaitAsync(stop);
        try
        {
            var pause = _current.Keys.Count > 0 ? refreshIntervalMin : refreshIntervalMinWithoutKeys;
            if (_refreshedAt is { } last && (last >= asked || clock.GetElapsedTime(last, asked) < pause))
                return _current.Keys.Count > 0;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(fetchTimeout);
            var json = await source.FetchAsync(patience.Token);
            if (Replace(json)) await SaveAsync(json, stop);
            _failures = 0;
            return true;
        }
        catch (Exception away) when (!stop.IsCancellationRequested)
        {
            // At a common start Users is behind, on a busy machine by many seconds; that is worth no line.
            if (_failures++ == 0) _failingSince = clock.GetTimestamp();
            else if (clock.GetElapsedTime(_failingSince) > commonStart)
                Log.KeysUnavailable(logger, _current.Keys.Count, away.Message);
            return false;
        }
        finally
        {
            _refreshedAt = clock.GetTimestamp();
            _refreshing.Release();
        }
    }

    public void Dispose() => _refreshing.Dispose();

    private bool Replace(string json)
    {
        if (json == _current.Json) return false;
        var keys = new Dictionary<string, SecurityKey>(StringComparer.Ordinal);
        foreach (var key in new JsonWebKeySet(json).GetSigningKeys())
        {
            // A symmetric key in a published set would let anyone sign, so only the two kinds we issue count.
            if (key is RsaSecurityKey or ECDsaSecurityKey && key.KeyId is { Length: > 0 } id) keys[id] = key;
        }
        if (keys.Count == 0) throw new ArgumentException("The key set names no RSA or EC signing key with a kid.");
        _current = new TrustedKeys(keys, json, new TokenCache(clock));
        Log.KeysRefreshed(logger, keys.Count);
        return true;
    }

    private async Task SaveAsync(string json, CancellationToken stop)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
            // Several processes share the folder: each writes a file of its own and renames it into place.
            var draft = $"{_file}.{Environment.ProcessId}";
            await File.WriteAllTextAsync(draft, json, stop);
            File.Move(draft, _file, overwrite: true);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            Log.KeyFileUnusable(logger, _file, unusable.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.KeysRefreshed, LogLevel.Information, "Tokens are checked with {Count} published keys")]
        public static partial void KeysRefreshed(ILogger logger, int count);

        [LoggerMessage(EventIds.KeysUnavailable, LogLevel.Warning,
            "Users does not answer with its keys, {Count} known: {Reason}")]
        public static partial void KeysUnavailable(ILogger logger, int count, string reason);

        [LoggerMessage(EventIds.KeyFileUnusable, LogLevel.Warning, "The key file {File} cannot be used: {Reason}")]
        public static partial void KeyFileUnusable(ILogger logger, string file, string reason);
    }
}

/// <param name="Verified">What was verified with these keys. With other keys it is verified anew.</param>
internal sealed record TrustedKeys(IReadOnlyDictionary<string, SecurityKey> Keys, string Json, TokenCache Verified);
