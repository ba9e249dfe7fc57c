namespace Tessera.PageDefaults;

/// <summary>Requests name the store by its public address and go to the gateway directly.</summary>
internal sealed class ToGateway(Uri gateway) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var meant = request.RequestUri!;
        request.Headers.Host = meant.Authority;
        request.RequestUri = new Uri(gateway, meant.PathAndQuery);
        return base.SendAsync(request, cancellationToken);
    }
}
