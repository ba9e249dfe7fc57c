using System.Net;
using Microsoft.Extensions.Options;
using Tessera.Baskets.Contracts;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;
using Tessera.Web.Session;

namespace Tessera.Web.Calling;

/// <summary>The visitor's basket: the account's, or the browser's until somebody signs in.</summary>
internal sealed class BasketKeeper(
    StoreClient store, IHttpContextAccessor accessor, IOptions<WebOptions> options, TimeProvider clock)
{
    private readonly Patience _patience = new(options.Value.Patience, clock);

    private HttpContext Context => accessor.HttpContext!;

    /// <param name="isNeeded">Whether the page is about the basket, and not only says how much is in it.</param>
    public async Task<Answer<BasketView>> ReadAsync(string? token, bool isNeeded, CancellationToken stop)
    {
        var guest = GuestBasket.IdOf(Context);
        if ((token, guest) is (null, null)) return new Answer<BasketView>(new BasketView(null, []), HttpStatusCode.OK);
        var basket = await _patience.AskAsync(asked => AskAsync(token, guest, asked), isNeeded, stop);
        // What was put in before the sign-in has come along, once.
        if (token is not null && guest is not null && basket.IsGood) GuestBasket.Forget(Context);
        return basket;
    }

    public Task<Answer<BasketView>> PutAsync(
        string? token, string sku, int quantity, long seenPriceMinor, CancellationToken stop) =>
        store.SendAsync<BasketView>(
            HttpMethod.Put, Path(token, begin: true, sku), token, stop, new PutLineRequest(quantity, seenPriceMinor));

    public Task<Answer<Done>> RemoveAsync(string? token, string sku, CancellationToken stop) =>
        store.SendAsync<Done>(HttpMethod.Delete, Path(token, begin: false, sku), token, stop);

    /// <summary>Takes out what was ordered; what was put in since stays.</summary>
    public Task<Answer<Done>> TakeOrderedAsync(string token, Guid edition, OrderView order, CancellationToken stop) =>
        store.SendAsync<Done>(
            HttpMethod.Post, "/baskets/mine/ordered", token, stop,
            new TakeOrderedRequest(
                edition, [.. order.Lines.Select(line => new TakenLine(line.Sku, line.Quantity))]));

    public Task<Answer<Done>> EmptyAsync(string token, Guid edition, CancellationToken stop) =>
        store.SendAsync<Done>(HttpMethod.Delete, $"/baskets/mine?edition={edition}", token, stop);

    private Task<Answer<BasketView>> AskAsync(string? token, Guid? guest, CancellationToken stop)
    {
        if (token is null) return store.SendAsync<BasketView>(HttpMethod.Get, $"/baskets/{guest}", null, stop);
        if (guest is not { } before)
            return store.SendAsync<BasketView>(HttpMethod.Get, "/baskets/mine", token, stop);
        return store.SendAsync<BasketView>(
            HttpMethod.Post, "/baskets/mine/merge", token, stop, new MergeBasketRequest(before));
    }

    private string Path(string? token, bool begin, string sku)
    {
        var basket = token is not null ? "mine"
            : (GuestBasket.IdOf(Context) ?? (begin ? GuestBasket.Begin(Context) : Guid.Empty)).ToString();
        return $"/baskets/{basket}/lines/{Uri.EscapeDataString(sku)}";
    }
}
