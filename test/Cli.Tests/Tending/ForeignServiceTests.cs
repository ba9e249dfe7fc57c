using System.Text.Json;
using Tessera.Cli.Shop;
using Tessera.Cli.Up;
using Tessera.Stories;
using Xunit;

namespace Tessera.Cli.Tests.Tending;

/// <summary>A service in another language is asked as the others are, where it was ever there.</summary>
public sealed class ForeignServiceTests : IDisposable
{
    private const string Status =
        """
        {"service":"notifications","broker":"webhook","database":"sqlite","timers":0,"held":[],"changes":false,
         "outbox":{"rows":0,"oldestSeconds":null,"heldKeys":0},"parked":{"messages":2,"keys":1},
         "subscriptions":[{"stream":"webhooks","broker":"webhook","unread":null,"oldestUnreadSeconds":null,
                           "partitions":[],"unavailable":null}]}
        """;

    private readonly TemporaryFolder _data = Some.Folder();

    public ForeignServiceTests()
    {
        Directory.CreateDirectory(_data.File("clients"));
        File.WriteAllText(_data.File("clients/scripts.secret"), "secret");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task What_waits_there_is_told_beside_the_others_also_to_programs()
    {
        await using var gateway = new PretendedGateway();
        gateway.Answers["status"] = (200, Status);
        using var store = Open(gateway);
        Assert.Equal(
            [.. SourceTree.Interfaces().Select(name => name.ToLowerInvariant()), PretendedGateway.Foreign],
            await ServicesWithMessages.OfAsync(store, named: null, Stop));
        var told = await MessagingTables.ReadAsync(store, [PretendedGateway.Foreign], Stop);
        Assert.Equal(new ParkedStatus(2, 1), told[PretendedGateway.Foreign].Value!.Parked);
        MessagingTables.Show(told);
        using var json = JsonDocument.Parse(StatusCommand.ToJson(store.Folder, running: null, [], told));
        Assert.Equal(2, json.RootElement.GetProperty("messaging").GetProperty(PretendedGateway.Foreign)
            .GetProperty("status").GetProperty("parked").GetProperty("messages").GetInt32());
        using var without = JsonDocument.Parse(StatusCommand.ToJson(store.Folder, running: null, [], told: null));
        Assert.False(without.RootElement.TryGetProperty("messaging", out _));
    }

    [Theory]
    [InlineData(null, 200, false)]
    [InlineData("""{"status":"Unreachable","hasAnswered":false}""", 200, false)] // Its tools are missing.
    [InlineData("""{"status":"Unreachable"}""", 200, false)] // Said by a gateway that does not know more.
    [InlineData("""{"status":"Healthy","hasAnswered":true}""", 404, false)] // Has nothing to tell of messages.
    [InlineData("""{"status":"Healthy","hasAnswered":true}""", 200, true)]
    [InlineData("""{"status":"Unreachable","hasAnswered":true}""", 503, true)] // Is missed as any other.
    public async Task It_is_asked_where_it_was_there_and_tells_of_messages(string? replica, int status, bool isAsked)
    {
        await using var gateway = new PretendedGateway { Replica = replica };
        gateway.Answers["status"] = (status, Status);
        using var store = Open(gateway);
        Assert.Equal(isAsked ? [PretendedGateway.Foreign] : [], await ServicesWithMessages.StartedAsync(
            store, [PretendedGateway.Foreign], Stop));
        Assert.Equal(["orders"], await ServicesWithMessages.OfAsync(store, "orders", Stop));
    }

    [Fact]
    public async Task A_gateway_that_is_away_has_none()
    {
        var gateway = new PretendedGateway();
        await gateway.DisposeAsync();
        using var store = Open(gateway);
        Assert.Empty(await ServicesWithMessages.StartedAsync(store, [PretendedGateway.Foreign], Stop));
    }

    [Fact]
    public async Task What_is_parked_there_is_shown_replayed_and_discarded_with_that_of_the_others()
    {
        await using var gateway = new PretendedGateway();
        gateway.Answers["status"] = (200, Status);
        gateway.Answers["parked"] = (200, """{"items":[],"next":null}""");
        gateway.Answers["parked/causes"] = (200, """{"causes":[],"isWhole":true}""");
        gateway.Answers["parked/replay"] = (200, """{"messages":2,"dryRun":false}""");
        gateway.Answers["parked/discard"] = (200, """{"messages":2,"dryRun":true}""");
        await RunAsync(gateway, "show", "--key", "k", "--json");
        await RunAsync(gateway, "show", "--causes");
        await RunAsync(gateway, "replay", "--key", "k", "--reason", "mended");
        await RunAsync(gateway, "discard", "--all", "--dry-run");
        Assert.Contains("GET parked?limit=100&key=k", gateway.Asked);
        Assert.Contains("GET parked/causes", gateway.Asked);
        var replay = Assert.Single(
            gateway.Asked, each => each.StartsWith("POST parked/replay", StringComparison.Ordinal));
        Assert.Contains("\"key\":\"k\"", replay, StringComparison.Ordinal);
        Assert.Contains("\"note\":\"mended\"", replay, StringComparison.Ordinal);
        var discard = Assert.Single(
            gateway.Asked, each => each.StartsWith("POST parked/discard", StringComparison.Ordinal));
        Assert.Contains("\"all\":true,\"dryRun\":true", discard, StringComparison.Ordinal);
    }

    [Fact]
    public void What_it_says_holds_nothing_that_a_terminal_obeys()
    {
        var said = """{"detail":"It is \u001b[31mred\nand\u0007 loud."}"""u8.ToArray();
        Assert.Equal("HTTP 409: It is red and loud.", new Answer(409, said, null).Problem());
        using var item = JsonDocument.Parse(said);
        Assert.Equal("It is red and loud.", ParkedCommand.Text(item.RootElement, "detail"));
    }

    private async Task RunAsync(PretendedGateway gateway, params string[] arguments) => Assert.Equal(
        ExitCodes.Ok,
        await ParkedCommand.Create()
            .Parse([.. arguments, "--data", _data.Path, "--gateway", gateway.Address.ToString()])
            .InvokeAsync(cancellationToken: Stop));

    private Store Open(PretendedGateway gateway) =>
        Store.Open(_data.Path, gateway.Address, TimeProvider.System, TimeSpan.FromSeconds(10));
}
