using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

/// <summary>A certificate that the operator has from elsewhere, in the forms in which people get them.</summary>
public sealed partial class GivenCertificateTests : IDisposable
{
    private const string Password = "open sesame";
    private readonly TemporaryFolder _folder = new("certificate");
    private readonly TestTokens _tokens = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _between;
    private readonly X509Certificate2 _given;

    public GivenCertificateTests()
    {
        _tokens.WriteKeys(_folder.Path);
        var now = TimeProvider.System.GetUtcNow();
        _root = Authority("CN=A root").CreateSelfSigned(now.AddDays(-1), now.AddDays(10));
        using var betweenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var between = Authority("CN=Between", betweenKey).Create(
            _root, now.AddDays(-1), now.AddDays(9), [1]);
        _between = between.CopyWithPrivateKey(betweenKey);
        using var given = new CertificateRequest("CN=shop.example", _key, HashAlgorithmName.SHA256)
            .Create(_between, now.AddDays(-1), now.AddDays(8), [2]);
        _given = given.CopyWithPrivateKey(_key);
    }

    public void Dispose()
    {
        _given.Dispose();
        _between.Dispose();
        _root.Dispose();
        _key.Dispose();
        _tokens.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("shop.pem", null)]
    [InlineData("shop.pem", Password)]
    [InlineData("shop.pfx", null)]
    [InlineData("shop.pfx", Password)]
    public async Task Is_what_clients_are_shown(string file, string? password)
    {
        List<(string, string)> settings =
            [("Gateway:Https:Listen", "127.0.0.1:0"), ("Gateway:Https:Certificate", Write(file, password))];
        if (file.EndsWith(".pem", StringComparison.Ordinal)) settings.Add(("Gateway:Https:Key", KeyFile));
        if (password is not null) settings.Add(("Gateway:Https:Password", password));
        await using var gateway = await ServiceProcess.StartAsync("Gateway", _folder.Path, [.. settings]);
        await ExpectShownAsync(Port().Match(gateway.Log).Groups[1].Value);
    }

    [Fact]
    public async Task That_cannot_be_used_refuses_the_start_and_is_named()
    {
        var file = Path.Combine(_folder.Path, "shop.pem");
        await File.WriteAllTextAsync(file, "no certificate", TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ServiceProcess.StartAsync(
            "Gateway", _folder.Path, ("Gateway:Https:Listen", "127.0.0.1:0"), ("Gateway:Https:Certificate", file)));
        Assert.Contains($"Gateway:Https:Certificate is '{file}'", refused.Message, StringComparison.Ordinal);
    }

    private static CertificateRequest Authority(string name, ECDsa? key = null)
    {
        var request = new CertificateRequest(
            name, key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        return request;
    }

    private string KeyFile => Path.Combine(_folder.Path, "shop.key");

    private string Write(string name, string? password)
    {
        var file = Path.Combine(_folder.Path, name);
        if (name.EndsWith(".pfx", StringComparison.Ordinal))
        {
            using var between = X509CertificateLoader.LoadCertificate(_between.RawData); // Without its key.
            File.WriteAllBytes(file, new X509Certificate2Collection { between, _given }.Export(
                X509ContentType.Pfx, password)!);
            return file;
        }
        File.WriteAllText(file, $"{_given.ExportCertificatePem()}\n{_between.ExportCertificatePem()}\n");
        File.WriteAllText(KeyFile, password is null
            ? _key.ExportPkcs8PrivateKeyPem()
            : _key.ExportEncryptedPkcs8PrivateKeyPem(
                password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000)));
        return file;
    }

    /// <summary>As a client that knows the root alone: the handshake fails with any other certificate, and without
    /// the one between.</summary>
    private async Task ExpectShownAsync(string port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(
            "127.0.0.1", int.Parse(port, CultureInfo.InvariantCulture), TestContext.Current.CancellationToken);
        await using var encrypted = new SslStream(client.GetStream(), leaveInnerStreamOpen: false,
            (_, shown, chain, _) => shown?.GetCertHashString() == _given.Thumbprint
                && chain!.ChainPolicy.ExtraStore.Any(each => each.Thumbprint == _between.Thumbprint));
        await encrypted.AuthenticateAsClientAsync("shop.example");
    }

    [GeneratedRegex(@"https://127\.0\.0\.1:([0-9]+)")]
    private static partial Regex Port();
}
