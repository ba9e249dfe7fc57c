using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.PageDefaults;

/// <summary>A form counts when it was sent from a page of this store, as the browser says in headers that no page can
/// set. So a form needs no token that could be too old, and works from a page that was opened yesterday.</summary>
public sealed class RefuseForeignForms(
    RequestDelegate next, IFaultPages faults, IOptions<TesseraOptions> tessera)
{
    private readonly string _origin = tessera.Value.PublicUri.GetLeftPart(UriPartial.Authority);

    public Task InvokeAsync(HttpContext context) =>
        HttpMethods.IsPost(context.Request.Method) && !IsOwn(context.Request)
            ? faults.RefusedAsync(context, StatusCodes.Status403Forbidden)
            : next(context);

    private bool IsOwn(HttpRequest request) => request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site]
        ? site == "same-origin"
        // Browsers without that header, or that do not send it without TLS.
        : request.Headers.Origin is [{ } origin]
            && (origin == _origin || origin == $"{request.Scheme}://{request.Host}");
}
