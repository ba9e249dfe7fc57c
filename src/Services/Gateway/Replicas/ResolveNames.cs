using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Tessera.Gateway;

/// <summary>How a name becomes addresses.</summary>
internal delegate Task<IPAddress[]> LookUpName(string name, CancellationToken stop);

/// <summary>
/// A name that stands for several addresses is as many replicas, and is looked up again and again. One that cannot be
/// looked up keeps what it last meant, or stays a name that nobody answers to; it takes nothing from the others. The
/// proxy's own resolver would refuse all routes with it.
/// </summary>
internal sealed partial class ResolveNames(
    LookUpName lookUp, IOptions<GatewayOptions> options, TimeProvider clock, ILogger<ResolveNames> logger)
    : IDestinationResolver
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, IPAddress[]> _known = new(StringComparer.OrdinalIgnoreCase);

    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        var hasNames = false;
        foreach (var (id, replica) in destinations)
        {
            var address = new Uri(replica.Address);
            if (!IsName(address))
            {
                resolved[id] = replica;
                continue;
            }
            hasNames = true;
            var found = await FindAsync(address.Host, cancellationToken);
            if (found.Length == 0) resolved[id] = replica;
            foreach (var one in found) resolved[$"{id}@{one}"] = replica with { Address = At(address, one) };
        }
        return new ResolvedDestinationCollection(resolved, hasNames ? Later() : null);
    }

    // Over TLS the name is what the certificate is checked against. localhost may mean an address where nobody listens.
    private static bool IsName(Uri address) =>
        address.Scheme == Uri.UriSchemeHttp && address.HostNameType == UriHostNameType.Dns && !address.IsLoopback;

    private static string At(Uri address, IPAddress one)
    {
        var host = one.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{one}]" : one.ToString();
        return new UriBuilder(address) { Host = host }.Uri.AbsoluteUri;
    }

    private async Task<IPAddress[]> FindAsync(string name, CancellationToken stop)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(patience);
            var found = await lookUp(name, limit.Token);
            if (found.Length > 0)
                return _known[name] = [.. found.OrderBy(one => one.ToString(), StringComparer.Ordinal)];
            Log.NotFound(logger, name, "it has no address");
        }
        catch (Exception unknown) when (unknown is SocketException or ArgumentException
            || (unknown is OperationCanceledException && !stop.IsCancellationRequested))
        {
            Log.NotFound(logger, name, unknown.Message);
        }
        return _known.GetValueOrDefault(name, []);
    }

    private CancellationChangeToken Later() =>
        new(new CancellationTokenSource(options.Value.ResolveInterval, clock).Token);

    private static partial class Log
    {
        [LoggerMessage(407, LogLevel.Warning, "The name {Name} cannot be looked up now: {Reason}")]
        public static partial void NotFound(ILogger logger, string name, string reason);
    }
}
