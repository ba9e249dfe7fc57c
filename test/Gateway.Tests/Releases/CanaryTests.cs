using System.Text.Json;
using Tessera.Testing;

namespace Tessera.Gateway.Tests;

/// <summary>A gateway before an old and a new version of Orders; the file says who gets which.</summary>
public sealed class CanaryGatewayProcess : GatewayProcess
{
    public static readonly Guid Tester = Guid.Parse("01939d3e-3333-7000-8000-000000000003");
    private readonly TemporaryFolder _folder = new("canary");
    private int _files;

    protected override (string Key, string Value)[] Settings
    {
        get
        {
            Write(0, New.Address);
            var file = _folder.File("routes.json");
            return
            [
                ("Gateway:RoutesFile", file), ("Gateway:RoutesReadInterval", "00:00:00.100"),
                ("Gateway:CanariesFile", _folder.File("canaries.json")),
            ];
        }
    }

    /// <summary>The stub that stands for the new version.</summary>
    public StubService New => Inventory[0];

    /// <summary>Writes the file, and returns when it is in force and the new version is asked: a test before may have
    /// had it taken out for a while.</summary>
    public async Task WriteAsync(int percent)
    {
        await PutInForceAsync(100, New.Address);
        await Eventually.HoldsAsync("the new version is asked", async () => await VersionAsync(Customer) == "canary");
        await PutInForceAsync(percent, New.Address);
    }

    /// <summary>As <see cref="WriteAsync"/>, with nobody where the new version is said to be.</summary>
    public Task WriteAwayAsync(int percent) => PutInForceAsync(percent, "http://127.0.0.1:9");

    private async Task PutInForceAsync(int percent, string address)
    {
        Write(percent, address);
        await Eventually.HoldsAsync("the file is in force", async () =>
        {
            using var answer = await SendAsync("GET", $"/file-{_files}");
            return answer.IsSuccessStatusCode;
        });
    }

    /// <summary>Writes the file of canaries alone; null removes it. Returns when it is in force.</summary>
    public async Task WriteCanaryAsync(string service, string address, int? percent)
    {
        var file = _folder.File("canaries.json");
        if (percent is null) File.Delete(file);
        else
        {
            await File.WriteAllTextAsync(file, $$"""
                { "canaries": [ { "service": "{{service}}", "addresses": ["{{address}}"], "percent": {{percent}} } ] }
                """);
        }
        await Eventually.HoldsAsync("the file is in force", async () =>
        {
            using var answer = await SendAsync("GET", "/health");
            using var health = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            var replica = health.RootElement.GetProperty("services").EnumerateArray()
                .First(each => each.GetProperty("service").GetString() == service).GetProperty("canaryPercent");
            return percent is null
                ? replica.ValueKind == JsonValueKind.Null
                : replica.ValueKind == JsonValueKind.Number && replica.GetInt32() == percent;
        });
    }

    private void Write(int percent, string address) => File.WriteAllText(_folder.File("routes.json"), $$"""
        { "routes": [ { "path": "/orders/{**rest}", "service": "orders", "policy": "anonymous" },
                      { "path": "/file-{{++_files}}", "service": "catalog", "policy": "anonymous" } ],
          "canaries": [ { "service": "orders", "addresses": ["{{address}}"], "percent": {{percent}},
                          "testers": ["{{Tester}}"] } ] }
        """);

    public async Task<string> VersionAsync(string? token, string? asked = null)
    {
        using var answer = asked is null
            ? await SendAsync("GET", "/orders/1", token)
            : await SendAsync("GET", "/orders/1", token, null, ("Tessera-Release", asked));
        return (await EchoAsync(answer)).Service == "orders" ? "stable" : "canary";
    }
}

public sealed class CanaryTests(CanaryGatewayProcess gateway) : IClassFixture<CanaryGatewayProcess>
{
    [Fact]
    public async Task Gives_a_share_of_users_the_new_version_and_each_the_same_always()
    {
        await gateway.WriteAsync(30);
        var tokens = Enumerable.Range(0, 200).Select(number =>
            gateway.Tokens.Customer(new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))).ToArray();
        var first = await AllAsync(tokens);
        Assert.InRange(first.Count(version => version == "canary"), 40, 80);
        Assert.Equal(first, await AllAsync(tokens));
        await gateway.WriteAsync(60);
        // Who had it keeps it when the share grows.
        var later = await AllAsync(tokens);
        Assert.InRange(later.Count(version => version == "canary"), 95, 145);
        Assert.All(first.Zip(later), pair => Assert.True(pair.First == "stable" || pair.Second == "canary"));
    }

    [Fact]
    public async Task Lets_testers_choose_and_nobody_else()
    {
        await gateway.WriteAsync(0);
        var tester = gateway.Tokens.Customer(CanaryGatewayProcess.Tester);
        Assert.Equal("canary", await gateway.VersionAsync(gateway.Operator, "canary"));
        Assert.Equal("canary", await gateway.VersionAsync(tester, "canary"));
        Assert.Equal("stable", await gateway.VersionAsync(tester));
        Assert.Equal("stable", await gateway.VersionAsync(gateway.Customer, "canary"));
        Assert.Equal("stable", await gateway.VersionAsync(null, "canary"));
        await gateway.WriteAsync(100);
        Assert.Equal("canary", await gateway.VersionAsync(gateway.Customer));
        Assert.Equal("stable", await gateway.VersionAsync(tester, "stable"));
        Assert.Equal("canary", await gateway.VersionAsync(gateway.Customer, "stable"));
    }

    [Fact]
    public async Task Gives_the_old_version_when_the_new_one_is_away()
    {
        await gateway.WriteAwayAsync(100);
        for (var time = 0; time < 5; time++) Assert.Equal("stable", await gateway.VersionAsync(gateway.Customer));
    }

    [Fact]
    public async Task Says_in_each_answer_which_version_it_is_of()
    {
        await gateway.WriteAsync(100);
        using var canary = await gateway.SendAsync("GET", "/orders/1", gateway.Customer);
        Assert.Equal("canary", canary.Headers.GetValues("Tessera-Release").Single());
        await gateway.WriteAsync(0);
        using var stable = await gateway.SendAsync("GET", "/orders/1", gateway.Customer);
        Assert.Equal("stable", stable.Headers.GetValues("Tessera-Release").Single());
        using var other = await gateway.SendAsync("GET", "/file-0", gateway.Customer);
        Assert.False(other.Headers.Contains("Tessera-Release"));
    }

    [Fact]
    public async Task Says_which_version_answered_when_the_first_lost_its_connection()
    {
        await gateway.WriteAsync(100);
        using var answer = await gateway.SendAsync("GET", "/orders/lost-by/inventory-1", gateway.Customer);
        Assert.Equal("orders", (await GatewayProcess.EchoAsync(answer)).Service);
        Assert.Equal("stable", answer.Headers.GetValues("Tessera-Release").Single());
    }

    [Fact]
    public async Task Takes_canaries_from_a_file_of_their_own_and_tells_of_them_in_its_health()
    {
        // One of the replicas of Inventory becomes its canary.
        await gateway.WriteAsync(0);
        await gateway.WriteCanaryAsync("inventory", gateway.Inventory[0].Address, 7);
        await gateway.WriteCanaryAsync("inventory", gateway.Inventory[0].Address, 9);
        await gateway.WriteCanaryAsync("inventory", gateway.Inventory[0].Address, null);
    }

    private async Task<string[]> AllAsync(string[] tokens)
    {
        var versions = new List<string>();
        foreach (var some in tokens.Chunk(20))
            versions.AddRange(await Task.WhenAll(some.Select(token => gateway.VersionAsync(token))));
        return [.. versions];
    }
}
