using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.PageDefaults;

/// <summary>A form counts when it was sent from a page of this store, as the browser says in headers that no page can
/// set. So a form needs no token that could be too old, and works from a page that was opened yesterday.</summary>
public sealed class RefuseForeignForms(
    RequestDelegate next, IFaultPages faults, IOptions<TesseraOptions> tessera)
{
    public Task InvokeAsync(HttpContext context) =>
        HttpMethods.IsPost(context.Request.Method) && !IsOwn(context.Request, tessera.Value)
            ? faults.RefusedAsync(context, StatusCodes.Status403Forbidden)
            : next(context);

    internal static bool IsOwn(HttpRequest request, TesseraOptions tessera)
    {
        if (request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site]) return site == "same-origin";
        // Browsers without that header, or that do not send it without TLS.
        return request.Headers.Origin is [{ } origin]
            && (origin == tessera.PublicUri.GetLeftPart(UriPartial.Authority)
                || origin == $"{request.Scheme}://{request.Host}");
    }
}
