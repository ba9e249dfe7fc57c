using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Tessera.ServiceDefaults;

namespace Tessera.Catalog;

/// <summary>One size of a picture. The address that a product's view gives names its content, so whoever has it need
/// not ask again; at another one stands what the picture is now, for now.</summary>
internal static class ReadPicture
{
    private const string Forever = "public, max-age=31536000, immutable";

    public static async Task<Results<FileContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> Handle(
        string sku, int number, int width, HttpContext context, PictureStore pictures, CancellationToken stop,
        [StringLength(64)] string? v = null)
    {
        if (await pictures.FindAsync(sku, number, width, stop) is not { } picture)
        {
            return TypedResults.Problem(
                $"'{sku}' has no picture {number} of the width {width}.", statusCode: StatusCodes.Status404NotFound);
        }
        var tag = new EntityTagHeaderValue($"\"{picture.Hash}-{width}\"");
        var headers = context.Response.Headers;
        headers.ETag = tag.ToString();
        headers.CacheControl = v == picture.Hash ? Forever : "no-cache";
        headers.XContentTypeOptions = "nosniff";
        if (context.HasCurrent(tag)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.File(picture.Content, "image/webp");
    }
}
