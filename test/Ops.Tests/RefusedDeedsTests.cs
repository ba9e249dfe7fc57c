using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Tessera.Ops.Pages.Orders;
using Tessera.Ops.Pages.Parked;
using Tessera.Ops.Tests.Foreign;
using Tessera.Stories;

namespace Tessera.Ops.Tests;

/// <summary>A deed that is not done says so on the page that it was asked for from.</summary>
public sealed class RefusedDeedsTests
{
    private static readonly Guid order = Guid.Parse("019ac500-0000-7000-8000-000000000001");
    private static readonly ParkedFilter ofKey = new(Stream: "orders", Key: "k");
    private static readonly Dictionary<string, StringValues> form = new()
    {
        ["name"] = Guid.NewGuid().ToString(), ["expected"] = "2", ["reason"] = "as agreed", ["text"] = "called twice",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_asked_of_an_order_while_Orders_is_away()
    {
        var store = new PretendedStore();
        foreach (var act in new[] { "ship", "cancel", "note" }) store.Away.Add($"/orders/{order}/{act}");
        await using var console = new ConsoleOver(store);
        foreach (var deed in new[] { ActOnOrder.Ship, ActOnOrder.Cancel, (Deed)ActOnOrder.Note })
        {
            Assert.Equal(
                (303, $"/ops/orders/{order}?fault=not%20today"),
                await console.ShowAsync((me, _) => deed(order, me, Stop), form));
        }
        store.Away.Add($"/orders/{order}/history");
        foreach (var service in StorySources.Services)
            store.Away.Add($"/services/{service}/messaging/keys/{order}");
        var (status, page) = await console.ShowAsync((me, _) => ShowStory.Handle(order, me, Stop, fault: "not today"));
        Assert.Equal(200, status);
        Assert.Contains("Not done: not today", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("discard")]
    public async Task What_is_asked_of_parked_messages_while_the_service_is_away(string act)
    {
        var store = new PretendedStore { Refusal = HttpStatusCode.ServiceUnavailable };
        await using var console = new ConsoleOver(store);
        var (done, leads) = await console.ShowAsync(
            (me, _) => ActOnParked.Do(PretendedStore.Foreign, act, ofKey, me, Stop), form);
        Assert.Equal(303, done);
        Assert.StartsWith($"/ops/parked/notifications/{act}?fault=not%20today&", leads, StringComparison.Ordinal);
        Assert.Contains("key=k", leads, StringComparison.Ordinal);
        var (status, page) = await console.ShowAsync((me, system) => ActOnParked.Ask(
            PretendedStore.Foreign, act, ofKey, me, system, Stop, fault: "not today"));
        Assert.Equal(503, status);
        Assert.Contains("Not done: not today", page, StringComparison.Ordinal);
        Assert.DoesNotContain("data-test=\"do\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "/ops/sign-in?back=%2Fops")] // Never back to the deed itself.
    [InlineData(HttpStatusCode.Forbidden, "")]
    public async Task What_is_asked_for_after_the_session_has_ended_or_the_role_is_gone(
        HttpStatusCode refusal, string leads)
    {
        var store = new PretendedStore { Refusal = refusal };
        await using var console = new ConsoleOver(store);
        var (status, page) = await console.ShowAsync(async (me, _) =>
        {
            me.Context.Request.Method = HttpMethods.Post;
            me.Context.Request.Path = "/ops/parked/notifications/discard";
            await new AskToSignIn(async _ =>
                await ActOnParked.Do(PretendedStore.Foreign, "discard", ofKey, me, Stop)).InvokeAsync(me.Context);
            return Results.Empty;
        }, form);
        Assert.Equal(leads.Length > 0 ? (302, leads) : (404, page), (status, page));
        Assert.Single(store.Asked); // And not tried again.
    }

    private delegate Task<IResult> Deed(Guid id, Operator me, CancellationToken stop);
}
