using Microsoft.AspNetCore.Http;

namespace Tessera.ServiceDefaults;

/// <summary>Refuses too many bytes of headers with a problem document. Kestrel's own limit stands higher and closes the
/// connection without a word.</summary>
internal sealed class LimitHeaders(RequestDelegate next)
{
    public const int SizeBytesMax = 32 * 1024;
    public const int KestrelSizeBytesMax = 256 * 1024;

    public Task InvokeAsync(HttpContext context)
    {
        long size = 0;
        foreach (var (name, values) in context.Request.Headers)
        {
            foreach (var value in values) size += name.Length + (value?.Length ?? 0) + 4;
        }
        return size <= SizeBytesMax
            ? next(context)
            : context.WriteProblem(StatusCodes.Status431RequestHeaderFieldsTooLarge,
                $"The request headers have {size} bytes; {SizeBytesMax} are allowed.");
    }
}
