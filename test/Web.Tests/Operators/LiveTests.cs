using Tessera.EndToEnd;

namespace Tessera.Web.Tests.Operators;

/// <summary>What changes is shown within a second.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class LiveTests(ShopInBrowser shop)
{
    [Fact]
    public async Task A_window_is_told_of_a_change_at_the_next_look_and_looks_are_less_than_a_second_apart()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = await shop.Shop.PlaceAsync(buyer, sku);
        await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        await using var me = await shop.NewOperatorAsync();
        // What the server says: how often it looks, then nothing, then that there is a change, and no event before it.
        var told = await me.Page.EvaluateAsync<string[]>(
            """
            order => new Promise((done, failed) => {
                const told = [], events = new EventSource(`/ops/changes?of=${order}`);
                events.addEventListener("looking", async (event) => {
                    told.push(event.data);
                    const form = new URLSearchParams({ reason: "as the customer asked" });
                    await fetch(`/ops/orders/${order}/cancel`, { method: "POST", body: form });
                });
                events.addEventListener("changed", (event) => { told.push(event.data); events.close(); done(told); });
                events.addEventListener("ping", (event) => told.push(event.data));
                events.addEventListener("error", () => failed(new Error("the stream ended")));
            })
            """, order.Id.ToString());
        Assert.Equal("changed", told[1]);
        Assert.Equal(2, told.Length);
        Assert.InRange(int.Parse(told[0], null), 1, 700); // With the time of a look itself, below a second.
    }
}
