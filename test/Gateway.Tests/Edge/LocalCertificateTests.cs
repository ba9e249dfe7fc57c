using System.Security.Cryptography.X509Certificates;
using Tessera.Testing;

namespace Tessera.Gateway.Tests;

public sealed class LocalCertificateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("certificate");
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("shop.example", 330, true)]
    [InlineData("shop.example", 340, false)] // It ends within 30 days.
    [InlineData("other.example", 0, false)]
    [InlineData("localhost", 0, true)] // This machine's own names are always in it.
    [InlineData("127.0.0.1", 0, true)]
    public void Is_kept_until_it_ends_soon_or_the_store_has_another_name(string name, int daysLater, bool isKept)
    {
        var first = Get("shop.example", _now);
        Assert.Equal(isKept, Get(name, _now.AddDays(daysLater)) == first);
        using var shown = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder.Path, "https.crt"));
        Assert.True(shown.MatchesHostname(name));
    }

    [Fact]
    public void Is_made_anew_when_its_file_is_damaged()
    {
        var first = Get("shop.example", _now);
        File.WriteAllText(Path.Combine(_folder.Path, "https.pfx"), "half of");
        Assert.NotEqual(first, Get("shop.example", _now));
    }

    [Fact]
    public async Task Is_one_for_gateways_that_start_at_the_same_moment()
    {
        using var together = new Barrier(4);
        var got = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait();
                return Get("shop.example", _now);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        using var shown = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder.Path, "https.crt"));
        Assert.All(got, each => Assert.Equal(shown.Thumbprint, each));
    }

    private string Get(string name, DateTimeOffset now)
    {
        using var certificate = LocalCertificate.Get(_folder.Path, name, now);
        Assert.True(certificate.HasPrivateKey);
        return certificate.Thumbprint;
    }
}
