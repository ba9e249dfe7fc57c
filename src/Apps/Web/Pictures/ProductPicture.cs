using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tessera.Catalog.Contracts;
using Tessera.Web.Pages;

namespace Tessera.Web.Pictures;

/// <summary>The pictures of a product, or, where it has none, a calm one: the colour of its category, and tiles made
/// from its code, always the same for the same product.</summary>
internal static class ProductPicture
{
    private const int Side = 4;
    private const int Tile = 120;
    private const string Kept = "public, max-age=31536000, immutable";

    private const int CategoryLengthMax = 100;

    /// <summary>Where the store's interface begins, for a browser: pictures are fetched from there.</summary>
    private const string Interface = "/api/v1";

    public static string Address(PictureSize size) => Interface + size.Address;

    /// <summary>All sizes, for the browser to choose from.</summary>
    public static string Sources(PictureView picture) => string.Join(", ", picture.Sizes.Select(
        size => string.Create(CultureInfo.InvariantCulture, $"{Address(size)} {size.Width}w")));

    public static string Largest(ProductView product) => AllOf(product).First();

    /// <summary>Each in its largest size.</summary>
    public static IEnumerable<string> AllOf(ProductView product) => product.Pictures is { Count: > 0 } pictures
        ? pictures.Select(picture => Address(picture.Sizes[^1]))
        : [Generated(product)];

    public static string Generated(ProductView product) =>
        $"/pictures/{Uri.EscapeDataString(product.Sku)}?category={Uri.EscapeDataString(product.Category)}&v=2";

    public static IResult Handle(string sku, HttpContext context, string? category = null)
    {
        if (category is { Length: > CategoryLengthMax }) return Faults.NotFound();
        context.Response.Headers.CacheControl = Kept;
        return Results.Text(Draw(sku, category ?? ""), "image/svg+xml", Encoding.UTF8);
    }

    /// <summary>A ground and two shades of it, all quiet enough to stand beside those of any other category.</summary>
    internal static (string Ground, string Light, string Dark) ColoursOf(string category)
    {
        var bits = SHA256.HashData(Encoding.UTF8.GetBytes(category.ToUpperInvariant()));
        var hue = ((bits[0] << 8) + bits[1]) % 360;
        string Shade(string rest) => string.Create(CultureInfo.InvariantCulture, $"hsl({hue},{rest})");
        return (Shade("26%,89%"), Shade("26%,80%"), Shade("22%,64%"));
    }

    private static string Draw(string sku, string category)
    {
        var bits = SHA256.HashData(Encoding.UTF8.GetBytes(sku.ToUpperInvariant()));
        var (ground, light, dark) = ColoursOf(category);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Side * Tile} {Side * Tile}\">");
        svg.Append(CultureInfo.InvariantCulture,
            $"<path fill=\"{ground}\" d=\"M0 0h{Side * Tile}v{Side * Tile}H0z\"/>");
        for (var at = 0; at < Side * Side; at++)
        {
            var (x, y, bit) = (at % Side * Tile, at / Side * Tile, bits[at + 1]);
            var shape = (bit & 7) switch
            {
                0 => $"M{x} {y}h{Tile}v{Tile}H{x}z",
                1 => $"M{x} {y}h{Tile}v{Tile}z",
                2 => $"M{x} {y}v{Tile}h{Tile}z",
                3 => $"M{x} {y}a{Tile} {Tile} 0 0 0 {Tile} {Tile}v-{Tile}z",
                _ => null,
            };
            var fill = (bit & 8) == 0 ? light : dark;
            if (shape is not null)
                svg.Append(CultureInfo.InvariantCulture, $"<path fill=\"{fill}\" d=\"{shape}\"/>");
        }
        return svg.Append("</svg>").ToString();
    }
}
