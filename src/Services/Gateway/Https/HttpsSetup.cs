using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway;

internal static class HttpsSetup
{
    public static void AddHttps(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(HttpsOptions.Section).Get<HttpsOptions>() ?? new HttpsOptions();
        // Says nothing to this machine's own names, nor to who came without encryption.
        builder.Services.AddHsts(hsts => hsts.MaxAge = TimeSpan.FromDays(365));
        if (options.Listen is not { Length: > 0 } listen)
        {
            if (options.Certificate is not { Length: > 0 }) return;
            throw new InvalidOperationException("Gateway:Https:Certificate is set, but Gateway:Https:Listen is not.");
        }
        if (!IPEndPoint.TryParse(listen, out var endpoint))
        {
            throw new InvalidOperationException(
                $"Gateway:Https:Listen is '{listen}': expected address:port, such as 127.0.0.1:8443.");
        }
        var tessera = builder.Configuration.GetSection(TesseraOptions.Section).Get<TesseraOptions>()
            ?? new TesseraOptions();
        var (certificate, chain) = options.Certificate is { Length: > 0 }
            ? Given(options)
            : (LocalCertificate.Get(
                Path.Combine(tessera.DataDirectory, "gateway"), tessera.PublicUri.Host,
                TimeProvider.System.GetUtcNow()), []);
        builder.Services.AddHostedService(provider =>
            ActivatorUtilities.CreateInstance<CertificateGauge>(provider, certificate));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (options.Socket is { } socket) kestrel.ListenHandle((ulong)socket, Encrypt);
            else kestrel.Listen(endpoint, Encrypt);
        });

        void Encrypt(ListenOptions encrypted)
        {
            encrypted.Protocols = HttpProtocols.Http1AndHttp2;
            encrypted.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ServerCertificateChain = chain;
            });
        }
    }

    /// <summary>The certificate, and those between it and one that clients know: without them most trust it as little
    /// as one that is made here.</summary>
    private static (X509Certificate2 Own, X509Certificate2Collection Chain) Given(HttpsOptions options)
    {
        var file = options.Certificate!;
        try
        {
            if (Path.GetExtension(file) is ".pfx" or ".p12")
            {
                var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, options.Password);
                var own = all.FirstOrDefault(each => each.HasPrivateKey)
                    ?? throw new CryptographicException("There is no certificate with a key in it.");
                all.Remove(own);
                return (own, all);
            }
            using var read = options.Password is { Length: > 0 } password
                ? X509Certificate2.CreateFromEncryptedPemFile(file, password, options.Key)
                : X509Certificate2.CreateFromPemFile(file, options.Key);
            // Not with a key that lives in memory alone: some platforms do not serve with it.
            var served = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pfx), null);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            chain.RemoveAt(0); // The certificate itself, which comes first (RFC 8446 §4.4.2).
            return (served, chain);
        }
        catch (Exception wrong) when (wrong is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"Gateway:Https:Certificate is '{file}': it cannot be used ({wrong.Message})", wrong);
        }
    }
}
