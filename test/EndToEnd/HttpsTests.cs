using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Playwright;
using Tessera.Web.Tests;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>A store that was started with <c>--https</c>.</summary>
public sealed class HttpsTests
{
    [Fact]
    public async Task Sells_in_a_browser_over_https_and_stays_there_while_a_gateway_dies()
    {
        await using var store = new EncryptedStore();
        await store.RunAsync(store.UpCommand);
        var address = new Uri((await store.StatusAsync()).GetProperty("encrypted").GetString()!);
        Assert.Equal(("https", "localhost"), (address.Scheme, address.Host));

        await using var chromium = await LocalChromium.StartAsync();
        await using var visitor = await chromium.NewVisitorAsync(address.OriginalString);
        await visitor.AddToBasketAsync("TEA-100");
        await visitor.GoAsync("/checkout");
        await visitor.RegisterAndSignInAsync();
        await visitor.PlaceAsync();
        await Assertions.Expect(visitor.At("order-state")).ToBeVisibleAsync();
        Assert.StartsWith(address.AbsoluteUri, visitor.Page.Url, StringComparison.Ordinal);
        var cookies = await visitor.Page.Context.CookiesAsync();
        Assert.All(cookies, cookie => Assert.True(cookie.Secure, cookie.Name));
        Assert.Contains(cookies, cookie => cookie.Name.StartsWith("__Host-tessera-", StringComparison.Ordinal));

        // A client that trusts the store's own certificate and nothing else.
        using var client = Trusting(Path.Combine(store.Data, "gateway", "https.crt"), address);
        using var discovery = await client.GetAsync(".well-known/openid-configuration", Stop);
        Assert.Equal(HttpVersion.Version20, discovery.Version);
        using var said = JsonDocument.Parse(await discovery.Content.ReadAsStringAsync(Stop));
        Assert.Equal(address.AbsoluteUri, said.RootElement.GetProperty("issuer").GetString());

        // Both gateways take from one queue: what comes while one is gone is the other's.
        var killed = store.KillAsync("gateway-2");
        var isCut = false;
        while (!killed.IsCompleted)
        {
            using var newcomer = Trusting(Path.Combine(store.Data, "gateway", "https.crt"), address);
            try
            {
                using var answer = await newcomer.GetAsync("api/v1/products/TEA-100", Stop);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
            catch (HttpRequestException) when (!isCut)
            {
                isCut = true; // One at most: what the gateway had taken when it was killed dies with it.
            }
        }
        await killed;
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static HttpClient Trusting(string certificate, Uri address) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(certificate) },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    })
    {
        BaseAddress = address,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
    };

    private sealed class EncryptedStore : Store
    {
        /// <summary>With the sample products.</summary>
        public new string[] UpCommand =>
        [
            "up", "--detach", "--port", Port.ToString(CultureInfo.InvariantCulture), "--https",
            "--replicas", "gateway=2",
        ];
    }
}
