using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Primitives;

namespace Tessera.Gateway;

/// <summary>
/// A strong entity tag names one sequence of bytes (RFC 9110 §8.8.3): the compressed answer gets the service's tag
/// with the coding behind it, <c>"3-br"</c>, and a client that names such a tag means <c>"3"</c>. Stands outside of
/// the cache, which knows the service's tags alone. HEAD says of a compressed answer what GET would.
/// </summary>
internal sealed class TagByEncoding(RequestDelegate next, IResponseCompressionProvider compression)
{
    private static readonly string[] codings = ["-br\"", "-gzip\""];

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.IfNoneMatch.Count > 0) headers.IfNoneMatch = WithoutCoding(headers.IfNoneMatch);
        if (headers.IfMatch.Count > 0) headers.IfMatch = WithoutCoding(headers.IfMatch);
        if (CompressionSetup.IsCompressed(context)) context.Response.OnStarting(TagAsync, context);
        return next(context);
    }

    private Task TagAsync(object state)
    {
        var context = (HttpContext)state;
        var (request, response) = (context.Request, context.Response);
        var coding = response.Headers.ContentEncoding.ToString();
        var isBodiless = HttpMethods.IsHead(request.Method) || response.StatusCode == StatusCodes.Status304NotModified;
        if (coding.Length == 0 && isBodiless && compression.CheckRequestAcceptsCompression(context)
            && (response.StatusCode == StatusCodes.Status304NotModified || compression.ShouldCompressResponse(context)))
        {
            coding = compression.GetCompressionProvider(context)?.EncodingName ?? "";
            if (coding.Length > 0 && HttpMethods.IsHead(request.Method)
                && response.StatusCode == StatusCodes.Status200OK)
            {
                response.ContentLength = null;
                response.Headers.ContentEncoding = coding;
                response.Headers.Append("Vary", "Accept-Encoding");
            }
        }
        if (coding.Length > 0 && response.Headers.ETag.ToString() is ['"', .., '"'] tag)
            response.Headers.ETag = $"{tag[..^1]}-{coding}\"";
        return Task.CompletedTask;
    }

    private static StringValues WithoutCoding(StringValues tags) =>
        new([.. tags.Select(tag => codings.Aggregate(
            tag ?? "", (left, coding) => left.Replace(coding, "\"", StringComparison.Ordinal)))]);
}
