using System.Text.Json;
using Tessera.Catalog.Contracts;

namespace Tessera.Catalog;

/// <summary>The list of a product's pictures, as its row keeps it.</summary>
internal static class ProductPictures
{
    public const string None = "[]";
    public const int NumberMax = 9;

    private static readonly JsonSerializerOptions json = JsonSerializerOptions.Web;

    public static IReadOnlyList<KeptPicture> Read(string pictures) =>
        pictures == None ? [] : JsonSerializer.Deserialize<List<KeptPicture>>(pictures, json)!;

    public static KeptPicture? Find(Product product, int number) =>
        Read(product.Pictures).FirstOrDefault(picture => picture.Number == number);

    public static string With(Product product, KeptPicture picture) => Write(
        Read(product.Pictures).Where(other => other.Number != picture.Number).Append(picture));

    public static string Without(Product product, int number) =>
        Write(Read(product.Pictures).Where(other => other.Number != number));

    public static IReadOnlyList<PictureView> Views(Product product) =>
    [
        .. Read(product.Pictures).Select(picture => new PictureView(
            picture.Number, picture.Width, picture.Height,
            [.. picture.Sizes.Select(size => new PictureSize(
                size.Width, size.Height, Address(product.Sku, picture, size.Width)))])),
    ];

    public static string Address(string sku, KeptPicture picture, int width) =>
        $"/products/{sku}/pictures/{picture.Number}/{width}?v={picture.Hash}";

    private static string Write(IEnumerable<KeptPicture> pictures) =>
        JsonSerializer.Serialize(pictures.OrderBy(picture => picture.Number).ToList(), json);
}

/// <param name="Hash">Of the picture as it was given, so it names what was made of it.</param>
internal sealed record KeptPicture(int Number, string Hash, int Width, int Height, IReadOnlyList<KeptSize> Sizes);

internal sealed record KeptSize(int Width, int Height);
