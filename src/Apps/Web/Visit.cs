using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Tessera.Baskets.Contracts;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Web.Calling;
using Tessera.Web.Texts;

namespace Tessera.Web;

/// <summary>One request of one visitor: language, whether somebody is signed in, the basket's state.</summary>
internal sealed class Visit
{
    // The page's script takes the same out of the address, so that a reload does not say it again.
    private static readonly string[] saidOnce = ["added", "done", "fault", "used"];

    private readonly BasketKeeper _baskets;

    public Visit(IHttpContextAccessor accessor, BasketKeeper baskets, IOptions<TesseraOptions> tessera,
        IOptions<ShopOptions> shop)
    {
        (Context, _baskets) = (accessor.HttpContext!, baskets);
        Words = Words.Find(ReaderLanguage.Of(Context.Request).Tag)!;
        Store = tessera.Value.PublicUri;
        Currency = shop.Value.Currency;
    }

    public HttpContext Context { get; }

    public Words Words { get; }

    /// <summary>The store's public address.</summary>
    public Uri Store { get; }

    /// <summary>What the shop's prices are in.</summary>
    public string Currency { get; }

    public bool IsSignedIn => Context.User.Identity?.IsAuthenticated == true;

    /// <summary>Null while Baskets is away: pages open without the number then.</summary>
    public int? BasketCount => Basket?.Value?.Lines.Sum(line => line.Quantity);

    public Answer<BasketView>? Basket { get; private set; }

    /// <summary>Whether something on the page is of before, because its service is away.</summary>
    public bool IsOld { get; set; }

    /// <summary>The page's address, without what it says once, of what was just done.</summary>
    public string Here => Context.Request.Path + QueryString.Create(
        Context.Request.Query.Where(each => !saidOnce.Contains(each.Key)));

    public Task<string?> TokenAsync() =>
        IsSignedIn ? Context.GetTokenAsync("access_token") : Task.FromResult<string?>(null);

    /// <summary>Reads what each page shows. Before anything is written: it may set a cookie.</summary>
    public async Task OpenAsync(CancellationToken stop) =>
        Basket ??= await _baskets.ReadAsync(await TokenAsync(), isNeeded: false, stop);

    /// <summary>For a page that is about the basket.</summary>
    public async Task<Answer<BasketView>> BasketAsync(CancellationToken stop) =>
        Basket ??= await _baskets.ReadAsync(await TokenAsync(), isNeeded: true, stop);

    public string Money(long minor, string currency) => Words.Money(minor, currency);
}
