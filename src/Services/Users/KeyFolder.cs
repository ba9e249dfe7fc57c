using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using Tessera.ServiceDefaults;

namespace Tessera.Users;

/// <summary>The keys that only Users has: <c>signing-*.pem</c> (the last by name signs, all are published) and
/// <c>encryption.key</c> for refresh tokens. Made at the first start, readable by their owner alone.</summary>
internal sealed class KeyFolder(IOptions<TesseraOptions> tessera, TimeProvider clock)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan lockRetry = TimeSpan.FromMilliseconds(50);
    private readonly string _folder = tessera.Value.KeyDirectory;
    private readonly Lock _loading = new();
    private Keys? _keys;

    public Keys Load()
    {
        lock (_loading) return _keys ??= LoadOrMake();
    }

    private Keys LoadOrMake()
    {
        Directory.CreateDirectory(_folder);
        using var alone = LockFolder(); // Replicas that start together must end with the same keys.
        if (Directory.GetFiles(_folder, "signing-*.pem").Length == 0) MakeSigningKey();
        var encryption = Path.Combine(_folder, "encryption.key");
        if (!File.Exists(encryption)) Write(encryption, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        var signing = Directory.GetFiles(_folder, "signing-*.pem")
            .OrderDescending(StringComparer.Ordinal).Select(ReadSigningKey).ToArray();
        return new Keys(signing, new SymmetricSecurityKey(Convert.FromBase64String(File.ReadAllText(encryption))));
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

    private void MakeSigningKey()
    {
        using var rsa = RSA.Create(2048);
        var made = clock.GetUtcNow().ToString("yyyyMMddHHmmss", System.Globalization.CultureInfo.InvariantCulture);
        Write(Path.Combine(_folder, $"signing-{made}.pem"), rsa.ExportPkcs8PrivateKeyPem());
    }

    private static RsaSecurityKey ReadSigningKey(string file)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(File.ReadAllText(file));
        }
        catch (ArgumentException broken)
        {
            throw new InvalidOperationException(
                $"{file} is no private key in PEM form; move it away to have a new one made.", broken);
        }
        var key = new RsaSecurityKey(rsa);
        // RFC 7638: the same key has the same name everywhere.
        key.KeyId = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        return key;
    }

    private static void Write(string file, string text)
    {
        // Written whole under another name first: a crash in between must not leave half a key.
        var draft = file + ".draft";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using (var stream = new FileStream(draft, options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        File.Move(draft, file);
    }
}

/// <param name="Signing">The first one signs; all are published.</param>
internal sealed record Keys(IReadOnlyList<RsaSecurityKey> Signing, SymmetricSecurityKey Encryption);
