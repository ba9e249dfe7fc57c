using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Tessera.Ops.Pages.Parked;
using Tessera.Ops.Tests.Foreign;

namespace Tessera.Ops.Tests;

/// <summary>A changed body that meets a service that is away, or a message that is not there any more.</summary>
public sealed class ChangeParkedTests
{
    private const string Service = PretendedStore.Foreign;
    private const string Masked = """{"order":"o","email":"•••"}""";
    private static readonly Guid id = Guid.Parse("019ac500-0000-7000-8000-00000000000a");
    private static readonly Guid successor = Guid.Parse("019ac500-0000-7000-8000-00000000000b");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_typed_stays_while_the_service_is_away()
    {
        await using var console = new ConsoleOver(new PretendedStore { Refusal = HttpStatusCode.ServiceUnavailable });
        AssertTyped(await DoAsync(console, Masked));
        foreach (var (status, page) in new[] { await AskAsync(console), await DoneAsync(console) })
        {
            Assert.Equal(StatusCodes.Status503ServiceUnavailable, status);
            Assert.Contains("notifications does not tell", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_typed_stays_when_the_service_goes_away_before_the_deed()
    {
        var store = Parked("""
            {"eventId":"019ac500-0000-7000-8000-00000000000a","position":1,"attempts":1,"reason":"none",
             "stream":"orders","key":"k","type":"orders.order-placed.v1","time":"2026-11-27T10:00:00Z",
             "parkedAt":"2026-11-27T10:00:01Z","traceParent":null,"data":{"order":"none","email":"ada@example.org"}}
            """);
        store.Away.Add($"/services/{Service}/messaging/parked/change");
        await using var console = new ConsoleOver(store);
        AssertTyped(await DoAsync(console, Masked));
        store.Away.Clear();
        store.Answers["parked/change"] = $$"""{"eventId":"{{successor}}" }""";
        Assert.Equal((303, Changed), await DoAsync(console, Masked));
        Assert.Contains(store.Asked, asked => asked.Contains("ada@example.org", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Masked)] // What was hidden cannot be put back any more.
    [InlineData("""{"order":"o"}""")]
    public async Task Who_asks_again_for_what_is_done_is_led_to_what_was_done(string body)
    {
        var store = Parked("");
        await using var console = new ConsoleOver(store);
        Assert.Equal(404, (await DoAsync(console, body)).Status);
        Assert.Equal(404, (await AskAsync(console)).Status);
        store.Answers[$"parked/changes/{id}"] =
            $$"""
            {"at":"2026-11-27T10:00:00Z","by":"olga","note":"mended","stream":"orders","key":"k","type":"t",
             "reason":"none","eventId":"{{id}}","changedTo":"{{successor}}","before":{},"after":{} }
            """;
        Assert.Equal((303, Changed), await DoAsync(console, body));
        Assert.Equal((303, Changed), await AskAsync(console));
        store.Away.Add($"/services/{Service}/messaging/parked/changes/{id}");
        Assert.Equal(503, (await DoAsync(console, body)).Status);
        Assert.Equal(503, (await AskAsync(console)).Status);
    }

    private static string Changed => $"/ops/parked/{Service}/changes/{successor}";

    private static void AssertTyped((int Status, string Page) answer)
    {
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, answer.Status);
        Assert.Contains("Not done: not today", answer.Page, StringComparison.Ordinal);
        Assert.Contains("&quot;order&quot;:&quot;o&quot;", answer.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"as agreed\"", answer.Page, StringComparison.Ordinal);
    }

    private static PretendedStore Parked(string message)
    {
        var store = new PretendedStore();
        store.Answers["status"] = PretendedStore.Status("\"changes\":true,");
        store.Answers["parked"] = $$"""{"items":[{{message}}],"next":null}""";
        return store;
    }

    private static Task<(int Status, string Page)> AskAsync(ConsoleOver console) =>
        console.ShowAsync((me, system) => ChangeParked.Ask(Service, id, me, system, Stop));

    private static Task<(int Status, string Page)> DoneAsync(ConsoleOver console) =>
        console.ShowAsync((me, system) => ChangeParked.Done(Service, id, me, system, Stop));

    private static Task<(int Status, string Page)> DoAsync(ConsoleOver console, string body) => console.ShowAsync(
        (me, _) => ChangeParked.Do(Service, id, me, Stop), new Dictionary<string, StringValues>
        {
            ["body"] = body, ["reason"] = "as agreed", ["name"] = Guid.NewGuid().ToString(),
        });
}
