using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;

namespace Tessera.Catalog;

internal static class WithdrawProduct
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string sku, HttpContext context, ProductStore products, CancellationToken stop)
    {
        if (await products.BeginAsync(sku, stop) is not { } before) return Views.UnknownProduct(sku);
        if (context.ForbidsChange(before.Tag())) return Views.Outdated(before);
        products.Save(before.Withdraw());
        await products.CommitAsync(stop);
        return TypedResults.NoContent();
    }
}
