using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tessera.Gateway;

/// <summary>A certificate that this machine makes for itself. Nobody trusts it until told to: its public half lies
/// beside it, for <c>curl --cacert</c> and browsers.</summary>
internal static class LocalCertificate
{
    private static readonly TimeSpan life = TimeSpan.FromDays(365);
    private static readonly TimeSpan renewBefore = TimeSpan.FromDays(30);

    /// <summary>So long another gateway may take to make it.</summary>
    private static readonly TimeSpan lockTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The kept one, or a new one if that is missing, damaged, ends soon or is for another name. Gateways that
    /// start at the same moment have the same: a client knows one certificate of the store.</summary>
    /// <exception cref="IOException">The folder cannot be written, or another process keeps its lock.</exception>
    public static X509Certificate2 Get(string folder, string publicName, DateTimeOffset now)
    {
        var file = Path.Combine(folder, "https.pfx");
        if (Kept(file, publicName, now) is { } kept) return kept;
        Directory.CreateDirectory(folder);
        using var held = Lock(Path.Combine(folder, "https.lock"));
        if (Kept(file, publicName, now) is { } others) return others;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Request(key, publicName).CreateSelfSigned(now.AddMinutes(-5), now + life);
        Write(Path.Combine(folder, "https.crt"), System.Text.Encoding.ASCII.GetBytes(made.ExportCertificatePem()));
        Write(file, made.Export(X509ContentType.Pfx), isSecret: true); // Last: it is what others look for.
        return X509CertificateLoader.LoadPkcs12FromFile(file, null);
    }

    private static X509Certificate2? Kept(string file, string publicName, DateTimeOffset now)
    {
        if (!File.Exists(file) || TryLoad(file) is not { } kept) return null;
        if (kept.NotAfter.ToUniversalTime() - now.UtcDateTime > renewBefore && kept.MatchesHostname(publicName))
            return kept;
        kept.Dispose();
        return null;
    }

    private static FileStream Lock(string file)
    {
        for (var began = TimeProvider.System.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(began) < lockTimeout)
            {
                // There is no host yet, and nothing else that this thread could do; a file gives no signal.
#pragma warning disable RS0030
                Thread.Sleep(20);
#pragma warning restore RS0030
            }
        }
    }

    private static X509Certificate2? TryLoad(string file)
    {
        try
        {
            return X509CertificateLoader.LoadPkcs12FromFile(file, null);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static CertificateRequest Request(ECDsa key, string publicName)
    {
        var request = new CertificateRequest("CN=Tessera on this machine", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        if (!IPAddress.TryParse(publicName, out var address)) names.AddDnsName(publicName);
        else if (!IPAddress.IsLoopback(address)) names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        return request;
    }

    // Whole or not at all: another gateway may read it at the same moment.
    private static void Write(string file, byte[] content, bool isSecret = false)
    {
        var draft = $"{file}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, options)) stream.Write(content);
        File.Move(draft, file, overwrite: true);
    }
}
