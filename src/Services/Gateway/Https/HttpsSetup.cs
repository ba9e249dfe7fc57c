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
        var certificate = options.Certificate is { Length: > 0 }
            ? Given(options)
            : LocalCertificate.Get(
                Path.Combine(tessera.DataDirectory, "gateway"), tessera.PublicUri.Host,
                TimeProvider.System.GetUtcNow());
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
            encrypted.UseHttps(certificate);
        }
    }

    private static X509Certificate2 Given(HttpsOptions options)
    {
        var file = options.Certificate!;
        try
        {
            if (Path.GetExtension(file) is ".pfx" or ".p12")
                return X509CertificateLoader.LoadPkcs12FromFile(file, options.Password);
            using var read = options.Password is { Length: > 0 } password
                ? X509Certificate2.CreateFromEncryptedPemFile(file, password, options.Key)
                : X509Certificate2.CreateFromPemFile(file, options.Key);
            // Not with a key that lives in memory alone: some platforms do not serve with it.
            return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pfx), null);
        }
        catch (Exception wrong) when (wrong is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"Gateway:Https:Certificate is '{file}': it cannot be used ({wrong.Message})", wrong);
        }
    }
}
