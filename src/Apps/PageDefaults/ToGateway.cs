using Tessera.ServiceDefaults;

namespace Tessera.PageDefaults;

/// <summary>Requests name the store by its public address and go to the gateway directly, each in the name of the
/// visitor whose page it is for.</summary>
internal sealed class ToGateway(Uri gateway, TesseraOptions tessera, IHttpContextAccessor visits) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var meant = request.RequestUri!;
        request.Headers.Host = meant.Authority;
        request.RequestUri = new Uri(gateway, meant.PathAndQuery);
        if (tessera.PagesSecret is { Length: > 0 } secret)
        {
            request.Headers.TryAddWithoutValidation(PagesProof.Header, secret);
            // The gateway's word, and only the gateway's: a stranger who gets at this port is one.
            if (visits.HttpContext is { Connection.RemoteIpAddress: { } peer } visit && tessera.IsGateway(peer)
                && visit.Request.Headers["X-Forwarded-For"] is [{ Length: > 0 } visitor])
            {
                request.Headers.TryAddWithoutValidation(PagesProof.VisitorHeader, visitor);
            }
        }
        return base.SendAsync(request, cancellationToken);
    }
}
