using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Tessera.Ops.Pages.Parked;
using Tessera.Ops.Pages.Webhooks;
using Tessera.Ops.Tests.Foreign;

namespace Tessera.Ops.Tests;

/// <summary>A time that cannot be read is refused: left out, it would make a deed one of all times.</summary>
public sealed class WrongTimeTests
{
    private const string Wrong = "2026-13-01";
    private static readonly ParkedFilter parked = new(Stream: "orders", From: Wrong);
    private static readonly Dictionary<string, StringValues> form = new()
    {
        ["name"] = Guid.NewGuid().ToString(), ["expected"] = "2", ["reason"] = "broken at its source",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Neither_lists_nor_counts_nor_discards_what_is_parked()
    {
        var store = new PretendedStore();
        await using var console = new ConsoleOver(store);
        var (listed, list) = await console.ShowAsync((me, system) =>
            ShowParked.List(PretendedStore.Foreign, parked, me, system, Stop));
        var (asked, question) = await console.ShowAsync((me, system) =>
            ActOnParked.Ask(PretendedStore.Foreign, "discard", parked, me, system, Stop));
        Assert.Equal((400, 400), (listed, asked));
        Assert.All([list, question], page =>
            Assert.Contains(Wrong + "” is no time", Text(page), StringComparison.Ordinal));
        Assert.DoesNotContain("data-test=\"do\"", question, StringComparison.Ordinal);
        var (_, done) = await console.ShowAsync(
            (me, _) => ActOnParked.Do(PretendedStore.Foreign, "discard", parked, me, Stop), form);
        Assert.StartsWith("/ops/parked/notifications/discard?fault=", done, StringComparison.Ordinal);
        Assert.Contains("from=" + Wrong, done, StringComparison.Ordinal);
        Assert.Empty(store.Asked);
    }

    [Fact]
    public async Task Redelivers_nothing()
    {
        await using var console = new ConsoleOver(new PretendedStore());
        var filter = new DeliveryFilter(State: "Failed", To: Wrong);
        var (asked, question) = await console.ShowAsync((me, _) =>
            ActOnWebhook.Ask(Guid.Empty, filter, me, Stop));
        Assert.Equal(StatusCodes.Status400BadRequest, asked);
        Assert.Contains(Wrong + "” is no time", Text(question), StringComparison.Ordinal);
        var (_, done) = await console.ShowAsync(
            (me, _) => ActOnWebhook.RedeliverMany(Guid.Empty, filter, me, Stop), form);
        Assert.Contains("fault=", done, StringComparison.Ordinal);
        Assert.Contains("is%20no%20time", done, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_that_can_be_read_is_kept_to_the_last_digit()
    {
        var filter = new ParkedFilter(From: " 2026-03-01T12:00 ", To: "").Trimmed;
        Assert.Equal(("2026-03-01T12:00:00.0000000+00:00", null, null), (filter.From, filter.To, filter.Fault));
        Assert.Equal(12, filter.FromTime!.Value.Hour);
        Assert.Equal(Wrong, new ParkedFilter(From: Wrong).Trimmed.From);
    }

    private static string Text(string page) => System.Net.WebUtility.HtmlDecode(page);
}
