using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tessera.Catalog.Contracts;

namespace Tessera.Web.Pictures;

/// <summary>The pictures of a product, or, where it has none, a calm one made from its code: tiles in two shades,
/// always the same for the same product.</summary>
internal static class ProductPicture
{
    private const int Side = 4;
    private const int Tile = 120;
    private const string Kept = "public, max-age=31536000, immutable";

    // Grounds and their shades, all quiet enough to stand beside one another.
    private static readonly (string Ground, string Light, string Dark)[] palettes =
    [
        ("#dbe7e4", "#c3d8d3", "#8fb3ab"), ("#efe3d3", "#e3d0b6", "#c6a577"), ("#e4e1ec", "#d2cde0", "#a49bbf"),
        ("#e6ead8", "#d4dbbd", "#a7b37d"), ("#f0dfda", "#e4c9c0", "#c5968a"), ("#dde6ee", "#c6d5e2", "#8fabc4"),
    ];

    /// <summary>Where the store's interface begins, for a browser: pictures are fetched from there.</summary>
    private const string Interface = "/api/v1";

    public static string Address(PictureSize size) => Interface + size.Address;

    /// <summary>All sizes, for the browser to choose from.</summary>
    public static string Sources(PictureView picture) => string.Join(", ", picture.Sizes.Select(
        size => string.Create(CultureInfo.InvariantCulture, $"{Address(size)} {size.Width}w")));

    public static string Largest(ProductView product) =>
        product.Pictures is [var picture, ..] ? Address(picture.Sizes[^1]) : Generated(product);

    public static string Generated(ProductView product) => $"/pictures/{Uri.EscapeDataString(product.Sku)}?v=1";

    public static IResult Handle(string sku, HttpContext context)
    {
        context.Response.Headers.CacheControl = Kept;
        return Results.Text(Draw(sku), "image/svg+xml", Encoding.UTF8);
    }

    private static string Draw(string sku)
    {
        var bits = SHA256.HashData(Encoding.UTF8.GetBytes(sku.ToUpperInvariant()));
        var (ground, light, dark) = palettes[bits[0] % palettes.Length];
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
