using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Tessera.Ops.Pages.Messaging;
using Tessera.Ops.Pages.Parked;

namespace Tessera.Ops.Tests.Foreign;

/// <summary>A service in another language is seen by its answers alone, and its absence alarms nobody.</summary>
public sealed class ForeignServiceTests
{
    private const string Absent = """{"status":"Unreachable","hasAnswered":false}""";
    private const string Stopped = """{"status":"Unreachable","hasAnswered":true}""";
    private const string Row = "data-service=\"notifications\"";
    private static readonly Guid id = Guid.Parse("019ac500-0000-7000-8000-00000000000a");
    private static readonly ParkedFilter ofKey = new(Stream: "orders", Key: "k");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_and_what_is_parked_there_is_shown()
    {
        var store = Poisoned();
        await using var console = new ConsoleOver(store);
        var messaging = await MessagingOf(console);
        Assert.Contains(Row, messaging, StringComparison.Ordinal);
        Assert.Contains("2 in 1 key<", messaging, StringComparison.Ordinal);
        Assert.Contains(">webhooks<", messaging, StringComparison.Ordinal);
        var (_, causes) = await console.ShowAsync((_, system) => ShowParked.Causes(system, Stop));
        Assert.Contains("The field order is missing", causes, StringComparison.Ordinal);
        Assert.Contains("1 wait behind", causes, StringComparison.Ordinal);
        var (_, acts) = await console.ShowAsync((_, system) => ShowParked.Acts(system, Stop));
        Assert.Contains("broken at its source", acts, StringComparison.Ordinal);
        var (status, list) = await ListOf(console);
        Assert.Equal(StatusCodes.Status200OK, status);
        Assert.Contains("waits behind another", list, StringComparison.Ordinal);
        var (_, one) = await OneOf(console);
        Assert.Contains("&quot;sku&quot;: &quot;MUG-1&quot;", one, StringComparison.Ordinal);
        Assert.DoesNotContain("ada@example.org", one, StringComparison.Ordinal);
        Assert.Contains("019ac500-0000-7000-8000-00000000000b", one, StringComparison.Ordinal); // Behind it.
    }

    [Fact]
    public async Task It_is_asked_to_replay_by_what_is_filtered_after_it_has_said_how_many()
    {
        var store = Poisoned();
        await using var console = new ConsoleOver(store);
        var (status, asked) = await console.ShowAsync((me, system) => ActOnParked.Ask(
            PretendedStore.Foreign, "replay", ofKey, me, system, Stop));
        Assert.Equal(StatusCodes.Status200OK, status);
        Assert.Contains("name=\"expected\" value=\"2\"", asked, StringComparison.Ordinal);
        Assert.Contains(store.Asked, each => each.StartsWith("POST parked/replay", StringComparison.Ordinal)
            && each.Contains("\"dryRun\":true", StringComparison.Ordinal));
        var (_, done) = await console.ShowAsync(
            (me, _) => ActOnParked.Do(PretendedStore.Foreign, "replay", ofKey, me, Stop),
            new Dictionary<string, StringValues>
            {
                ["name"] = Guid.NewGuid().ToString(), ["expected"] = "2", ["reason"] = "mended",
            });
        Assert.StartsWith("/ops/parked/notifications?done=replay&count=2", done, StringComparison.Ordinal);
        Assert.Contains(store.Asked, each => each.Contains("\"key\":\"k\"", StringComparison.Ordinal)
            && each.Contains("\"note\":\"mended\"", StringComparison.Ordinal)
            && each.Contains("\"expected\":2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("\"changes\":false,", false)]
    [InlineData("\"changes\":true,", true)]
    public async Task Another_body_is_offered_where_it_is_taken_and_else_the_page_says_so(string says, bool isTaken)
    {
        var store = Poisoned(says);
        await using var console = new ConsoleOver(store);
        var (_, one) = await OneOf(console);
        Assert.Equal(isTaken, one.Contains("data-test=\"change\"", StringComparison.Ordinal));
        Assert.Equal(!isTaken, one.Contains(
            "notifications takes no replay with a changed body", StringComparison.Ordinal));
        var (status, _) = await console.ShowAsync((me, system) => ChangeParked.Ask(
            PretendedStore.Foreign, id, me, system, Stop));
        Assert.Equal(isTaken ? StatusCodes.Status200OK : StatusCodes.Status303SeeOther, status);
    }

    [Theory]
    [InlineData(Absent)]
    [InlineData(null)] // The store has no place for it.
    public async Task One_that_was_never_there_alarms_nobody_and_is_not_asked(string? replica)
    {
        var store = new PretendedStore { Replica = replica, Refusal = HttpStatusCode.ServiceUnavailable };
        await using var console = new ConsoleOver(store);
        var messaging = await MessagingOf(console);
        var (_, causes) = await console.ShowAsync((_, system) => ShowParked.Causes(system, Stop));
        var (_, acts) = await console.ShowAsync((_, system) => ShowParked.Acts(system, Stop));
        Assert.All([messaging, causes, acts], page =>
            Assert.DoesNotContain(PretendedStore.Foreign, page, StringComparison.Ordinal));
        Assert.Empty(store.Asked);
        Func<Operator, Calling.ReadSystem, Task<IResult>>[] pages =
        [
            (me, system) => ShowParked.List(PretendedStore.Foreign, new ParkedFilter(), me, system, Stop),
            (me, system) => ShowParked.One(PretendedStore.Foreign, id, me, system, Stop),
            (me, system) => ActOnParked.Ask(PretendedStore.Foreign, "discard", ofKey, me, system, Stop),
        ];
        foreach (var each in pages)
        {
            var (status, page) = await console.ShowAsync(each);
            Assert.Equal(StatusCodes.Status200OK, status);
            Assert.Contains("is not started in this store", page, StringComparison.Ordinal);
            Assert.DoesNotContain("bad", page, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "notifications does not tell: not today")]
    [InlineData(HttpStatusCode.Forbidden, "notifications does not tell: it refuses the console&#x27;s token")]
    [InlineData(HttpStatusCode.Unauthorized, "notifications does not tell: it refuses the console&#x27;s token")]
    public async Task One_that_was_there_and_does_not_answer_is_shown_as_any_other_beside_what_the_others_say(
        HttpStatusCode refusal, string expected)
    {
        var store = new PretendedStore { Replica = Stopped, Refusal = refusal };
        await using var console = new ConsoleOver(store);
        var messaging = await MessagingOf(console);
        Assert.Contains(expected, messaging, StringComparison.Ordinal);
        Assert.Contains("data-service=\"orders\"", messaging, StringComparison.Ordinal);
        if (refusal != HttpStatusCode.ServiceUnavailable) return;
        var (status, list) = await ListOf(console);
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, status);
        Assert.Contains("notifications does not tell", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_has_nothing_to_tell_of_messages_is_left_out()
    {
        await using var console = new ConsoleOver(new PretendedStore());
        var messaging = await MessagingOf(console);
        Assert.DoesNotContain(PretendedStore.Foreign, messaging, StringComparison.Ordinal);
    }

    private static async Task<string> MessagingOf(ConsoleOver console)
    {
        var (status, page) = await console.ShowAsync((_, system) => ShowMessaging.Handle(system, Stop));
        Assert.Equal(StatusCodes.Status200OK, status);
        return page;
    }

    private static Task<(int Status, string Text)> ListOf(ConsoleOver console) => console.ShowAsync((me, system) =>
        ShowParked.List(PretendedStore.Foreign, new ParkedFilter(), me, system, Stop));

    private static Task<(int Status, string Text)> OneOf(ConsoleOver console) =>
        console.ShowAsync((me, system) => ShowParked.One(PretendedStore.Foreign, id, me, system, Stop));

    private static PretendedStore Poisoned(string says = "")
    {
        const string message =
            """
            "stream":"orders","key":"k","type":"orders.order-placed.v1","time":"2026-11-27T10:00:00.000Z",
            "parkedAt":"2026-11-27T10:00:01.000Z","traceParent":null
            """;
        var store = new PretendedStore();
        store.Answers["status"] = PretendedStore.Status(says);
        store.Answers["parked"] =
            $$"""
            {"items":[
                {"eventId":"{{id}}","position":1,"attempts":1,"reason":"The field order is missing; expected a UUID.",
                 "data":{"sku":"MUG-1","email":"ada@example.org"},{{message}}},
                {"eventId":"019ac500-0000-7000-8000-00000000000b","position":2,"attempts":0,
                 "reason":"Waits behind an earlier message of its key.","data":null,{{message}}}],
             "next":null}
            """;
        store.Answers["parked/causes"] =
            """
            {"causes":[{"stream":"orders","type":"orders.order-placed.v1","cause":"The field order is missing",
                        "sample":"The field order is missing","messages":1,"keys":1,"followers":1,
                        "first":"2026-11-27T10:00:01.000Z","last":"2026-11-27T10:00:01.000Z"}],"isWhole":true}
            """;
        store.Answers["parked/acts"] =
            """
            {"items":[{"at":"2026-11-27T10:00:01.000Z","action":"discard","stream":"orders","key":"k","type":"t",
                       "eventId":null,"reason":null,"keys":1,"messages":1,"by":"olga","note":"broken at its source",
                       "changedTo":null}]}
            """;
        store.Answers["parked/replay"] = """{"messages":2,"dryRun":false}""";
        return store;
    }
}
