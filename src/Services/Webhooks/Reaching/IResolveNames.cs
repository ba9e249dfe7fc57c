using System.Net;

namespace Tessera.Webhooks;

/// <summary>Where names lead to.</summary>
internal interface IResolveNames
{
    Task<IPAddress[]> ResolveAsync(string host, CancellationToken stop);
}

internal sealed class ResolveBySystem : IResolveNames
{
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken stop) =>
        Dns.GetHostAddressesAsync(host, stop);
}
