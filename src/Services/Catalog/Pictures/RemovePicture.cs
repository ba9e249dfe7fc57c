using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Tessera.Catalog;

/// <summary>Takes a picture away. One that is not there is away already.</summary>
internal static class RemovePicture
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string sku, [Range(1, ProductPictures.NumberMax)] int number, ProductStore products, PictureStore pictures,
        CancellationToken stop)
    {
        if (await products.BeginAsync(sku, stop) is not { } product) return Views.UnknownProduct(sku);
        pictures.Remove(product.Sku, number);
        products.Save(product.Show(ProductPictures.Without(product, number)));
        await products.CommitAsync(stop);
        return TypedResults.NoContent();
    }
}
