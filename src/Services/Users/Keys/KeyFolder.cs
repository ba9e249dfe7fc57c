using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>The keys that only Users has: those that sign (<see cref="SigningKeyFile"/>) and <c>encryption.key</c> for
/// refresh tokens. Made at the first start, readable by their owner alone.</summary>
internal sealed class KeyFolder(IOptions<TesseraOptions> tessera, TimeProvider clock)
{
    /// <summary>A key that has ceased to sign is kept for so long: no token may be configured to live longer.</summary>
    public static readonly TimeSpan KeptFor = UsersOptions.TokenLifetimeMax + TimeSpan.FromDays(1);

    private static readonly TimeSpan lockRetry = TimeSpan.FromMilliseconds(50);
    private readonly string _folder = tessera.Value.KeyDirectory;
    private readonly Lock _loading = new();
    private volatile Keys? _keys;

    public Keys Current
    {
        get
        {
            if (_keys is { } known) return known;
            lock (_loading) return _keys ??= LoadOrMake();
        }
    }

    /// <summary>Takes in which keys there are now, and whose turn it is to sign. False when all is as before.</summary>
    public bool Refresh()
    {
        lock (_loading)
        {
            var before = _keys ??= LoadOrMake();
            RemoveEnded(before.Signing);
            var now = before with { Signing = ReadSigningKeys(before.Signing) };
            if (before.Signing.SequenceEqual(now.Signing)) return false;
            _keys = now;
            return true;
        }
    }

    private Keys LoadOrMake()
    {
        Directory.CreateDirectory(_folder);
        using var alone = LockFolder(); // Replicas that start together must end with the same keys.
        var now = clock.GetUtcNow();
        if (Directory.GetFiles(_folder, SigningKeyFile.Pattern).Length == 0) SigningKeyFile.Make(_folder, now);
        var encryption = Path.Combine(_folder, "encryption.key");
        if (!File.Exists(encryption))
            SigningKeyFile.WriteWhole(encryption, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        var signing = ReadSigningKeys([]);
        if (signing.All(key => key.Key is RsaSecurityKey))
        {
            // Of an earlier version. Published first, as any further key.
            SigningKeyFile.Make(_folder, now + SigningKeyFile.PublishedBefore);
            signing = ReadSigningKeys(signing);
        }
        return new Keys(signing, new SymmetricSecurityKey(Convert.FromBase64String(File.ReadAllText(encryption))));
    }

    /// <summary>The one that signs now, then the others, the youngest first.</summary>
    private SigningKey[] ReadSigningKeys(IReadOnlyList<SigningKey> known)
    {
        var all = Directory.GetFiles(_folder, SigningKeyFile.Pattern)
            .Select(file => known.FirstOrDefault(key => key.File == file) ?? SigningKey.Read(file))
            .OrderByDescending(key => key.SignsFrom).ThenByDescending(key => key.File, StringComparer.Ordinal).ToList();
        if (all.Count == 0)
            throw new InvalidOperationException($"{_folder} has no {SigningKeyFile.Pattern} any more.");
        var now = clock.GetUtcNow();
        var signer = all.Find(key => key.SignsFrom <= now) ?? all[^1];
        return [signer, .. all.Where(key => key != signer)];
    }

    private void RemoveEnded(IReadOnlyList<SigningKey> keys)
    {
        var before = clock.GetUtcNow() - KeptFor;
        foreach (var (key, next) in SigningKeyFile.Successors(keys.Select(key => key.File)))
        {
            if (SigningKeyFile.SignsFrom(next) < before) File.Delete(key); // Another replica may have been first.
        }
    }

    private FileStream LockFolder()
    {
        var file = Path.Combine(_folder, "keys.lock");
        var asked = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (clock.GetElapsedTime(asked) < TimeSpan.FromSeconds(30))
            {
                using var pause = new ManualResetEventSlim();
                pause.Wait(lockRetry);
            }
        }
    }
}

/// <param name="Signing">The first one signs; all are published.</param>
internal sealed record Keys(IReadOnlyList<SigningKey> Signing, SymmetricSecurityKey Encryption)
{
    public SigningKey Signer => Signing[0];
}
