using Tessera.PageDefaults;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

internal static class ShowProduct
{
    public static async Task<IResult> Handle(
        string sku, Visit visit, KeptCatalog catalog, StoreClient store, CancellationToken stop, bool added = false)
    {
        var opening = visit.OpenAsync(stop);
        var looking = store.LookAsync([sku], stop);
        var product = await catalog.ProductAsync(sku, stop);
        var shelves = await looking;
        await opening;
        visit.IsOld = product.IsAway;
        if (product.IsUnknown) return Faults.NotFound();
        return product.Value is { } found
            ? Page.Show<ProductDetails>(parameters: [
                (nameof(ProductDetails.Product), found), (nameof(ProductDetails.Added), added),
                (nameof(ProductDetails.Stock), shelves?.GetValueOrDefault(found.Sku))])
            : Faults.Away(visit.Context);
    }
}
