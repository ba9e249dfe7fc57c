using System.Net;
using Tessera.ServiceDefaults;

namespace Tessera.Gateway;

/// <summary>What the store's own pages ask for a visitor is the visitor's: all visitors together must not share the
/// rate that one client has. For the pages that prove who they are, the client is whom they name.</summary>
internal sealed class KnowPages(RequestDelegate next, PagesProof proof)
{
    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (proof.IsIn(headers) && IPAddress.TryParse(headers[PagesProof.VisitorHeader], out var visitor))
            context.Connection.RemoteIpAddress = visitor;
        return next(context);
    }
}
