using Tessera.Cli;
using Tessera.Cli.Up;
using Tessera.EndToEnd;
using Tessera.Testing.Servers;

namespace Tessera.Rolling;

/// <summary>A store of which the services that are to be replaced run as they were released last, two processes of
/// each.</summary>
public sealed class RollingStore : Store
{
    private string? _missing;

    public RollingStore(string broker) : base(
        ("Gateway__CustomerPerSecond", "10000"), ("Gateway__AnonymousPerSecond", "10000"),
        ("Orders__StockTimeout", "01:00:00"), ("Orders__PaymentTimeout", "01:00:00"),
        // Visitors of many addresses come from here.
        ("Gateway__TrustedProxies__0", "127.0.0.1/32"))
    {
        Broker = broker;
        UpWords =
        [
            "--broker", broker, "--database", "postgres",
            "--replicas", string.Join(',', Extent.Services.Select(service => service + "=2")),
            "--at", string.Join(',', Extent.Services.Select(service => $"{service}={Extent.LastReleaseOf(service)}")),
        ];
    }

    public string Broker { get; }

    /// <summary>Every order that the store has accepted.</summary>
    internal HashSet<Guid> Orders { get; } = [];

    public override async ValueTask InitializeAsync()
    {
        try
        {
            await BuildReleasesAsync();
        }
        catch (UserError absent)
        {
            _missing = absent.Message;
            return;
        }
        var result = await TryAsync(UpCommand);
        if (result.ExitCode != 0 && result.All.Contains("is not here", StringComparison.Ordinal))
        {
            _missing = result.All;
            return;
        }
        Assert.True(result.ExitCode == 0, result.All);
        Shop = await Shop.OpenAsync(Port, Data);
        // The library was released with the services: a replacement is one of both.
        foreach (var service in Extent.Services)
        {
            if (await LibraryTables.VersionAsync(this, service) is { } version)
                Assert.Equal(LibraryTables.Released, version);
        }
    }

    /// <summary>Skips on a machine without the servers, and in a clone without the commits of the releases; fails in
    /// CI.</summary>
    public void Require()
    {
        if (_missing is not null) MissingServer.SkipOrFail(_missing);
    }

    /// <summary>The versions that the processes of the service run.</summary>
    internal async Task<IReadOnlyList<string?>> VersionsAsync(string service) =>
    [
        .. (await StatusAsync()).GetProperty("services").EnumerateArray()
            .Where(each => each.GetProperty("service").GetString() == service)
            .Select(each => each.GetProperty("version").GetString()?.Split(' ')[0]),
    ];

    /// <summary>Every order that was accepted is confirmed, no invariant is broken, no event missing or taken twice.
    /// </summary>
    internal async Task AllAreWholeAsync()
    {
        await VerifyAsync();
        var verified = await RunAsync("verify");
        var accepted = Orders.Count;
        Assert.Contains($"orders: {accepted} ({accepted} Confirmed)", verified, StringComparison.Ordinal);
        Assert.DoesNotContain("parked:", verified, StringComparison.Ordinal);
        Assert.Contains("The histories agree.", await RunAsync("reconcile"), StringComparison.Ordinal);
    }

    private static async Task BuildReleasesAsync()
    {
        var builds = new EarlierBuilds(SourceTree.Root);
        foreach (var service in Extent.Services)
        {
            var project = SourceTree.Services().First(
                each => each.Equals(service, StringComparison.OrdinalIgnoreCase));
            await builds.ProvideAsync(
                project, Extent.LastReleaseOf(service), TestContext.Current.CancellationToken);
        }
    }
}
