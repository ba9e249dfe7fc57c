using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.Catalog.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Catalog;

/// <summary>Adds a picture of a product or puts it in the place of another. The same picture again changes nothing.
/// What it is, its content says.</summary>
internal static class PutPicture
{
    public const int SizeBytesMax = 2 * 1024 * 1024;

    private const int HashLength = 16;

    public static async Task<Results<Ok<ProductView>, ProblemHttpResult>> Handle(
        string sku,
        [Range(1, ProductPictures.NumberMax)] int number,
        Stream content,
        ScalePicture scale,
        ProductStore products,
        PictureStore pictures,
        IOptions<ShopOptions> shop,
        CancellationToken stop)
    {
        var bytes = await ReadAsync(content, stop);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashLength];
        if (await products.FindAsync(sku, stop) is not { } before) return Views.UnknownProduct(sku);
        if (ProductPictures.Find(before, number)?.Hash == hash)
            return TypedResults.Ok(before.ToView(shop.Value.Currency));
        // Before the transaction: no row is locked while it is worked on.
        var (scaled, fault) = await scale.ScaleAsync(bytes, stop);
        if (scaled is null) return TypedResults.Problem(fault, statusCode: StatusCodes.Status422UnprocessableEntity);
        if (await products.BeginAsync(sku, stop) is not { } product) return Views.UnknownProduct(sku);
        var change = product.Show(ProductPictures.With(product, new KeptPicture(
            number, hash, scaled.Width, scaled.Height,
            [.. scaled.Sizes.Select(size => new KeptSize(size.Width, size.Height))])));
        pictures.Put(product.Sku, number, hash, scaled.Sizes);
        products.Save(change);
        await products.CommitAsync(stop);
        return TypedResults.Ok(change.Product.ToView(shop.Value.Currency));
    }

    // The server ends a body that is larger than it may be.
    private static async Task<byte[]> ReadAsync(Stream content, CancellationToken stop)
    {
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, stop);
        return bytes.ToArray();
    }
}
