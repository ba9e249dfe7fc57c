using Tessera.PageDefaults;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

/// <summary>What a product's page is made of, asked for at once.</summary>
internal sealed class ProductDesk(Visit visit, KeptCatalog catalog, Shelves shelves, KeptDelivery delivery)
{
    /// <param name="typed">What was sent and not taken.</param>
    /// <param name="added">It has just been put into the basket.</param>
    public async Task<IResult> ShowAsync(
        string sku, CancellationToken stop, TypedQuantity? typed = null, bool added = false,
        int status = StatusCodes.Status200OK)
    {
        var opening = visit.OpenAsync(stop);
        var looking = shelves.LookAsync([sku], stop);
        var delivering = delivery.AtOnceAsync(stop);
        var product = await catalog.ProductAsync(sku, stop);
        var stock = await looking;
        var options = await delivering;
        await opening;
        visit.IsOld = product.IsAway;
        if (product.IsUnknown) return Faults.NotFound();
        return product.Value is { } found
            ? Page.Show<ProductDetails>(
                status, (nameof(ProductDetails.Product), found), (nameof(ProductDetails.Added), added),
                (nameof(ProductDetails.Typed), typed), (nameof(ProductDetails.Delivery), options),
                (nameof(ProductDetails.Stock), stock?.GetValueOrDefault(found.Sku)))
            : Faults.Away(visit.Context);
    }
}
