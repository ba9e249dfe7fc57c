using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.PageDefaults;

/// <summary>TLS ends in front of the gateway, and people know the store by its public address: cookies and links are
/// made for that.</summary>
public sealed class TakeStoreAddress(RequestDelegate next, IOptions<TesseraOptions> tessera)
{
    private readonly string _scheme = tessera.Value.PublicUri.Scheme;

    public Task InvokeAsync(HttpContext context)
    {
        context.Request.Scheme = _scheme;
        return next(context);
    }
}
