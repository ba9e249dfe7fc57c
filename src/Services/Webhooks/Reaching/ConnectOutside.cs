using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Tessera.Webhooks;

/// <summary>
/// Connects to public hosts, and to the one address inside that configuration names; to no other. The address that was
/// looked at is the one that is connected to: between a look and a connection that looks a second time, a name could
/// change its mind.
/// </summary>
internal sealed class ConnectOutside(IResolveNames names, IOptions<WebhookOptions> options)
{
    private const int AddressesMax = 4;

    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken stop)
    {
        var target = context.DnsEndPoint;
        // A connection is used again for its scheme, host and port alone, and in cleartext nobody else's is sent.
        var isOwn = CheckEndpoint.IsOwn(context.InitialRequestMessage.RequestUri, options.Value);
        var socket = await ConnectAsync(await AddressesOfAsync(target.Host, stop, isOwn), target.Port, stop);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Where the host may be connected to.</summary>
    /// <exception cref="ForbiddenAddressException">It leads inside. One such address among good ones is enough: nobody
    /// has both by accident.</exception>
    public async Task<IReadOnlyList<IPAddress>> AddressesOfAsync(
        string host, CancellationToken stop, bool isOwn = false)
    {
        IPAddress[] addresses = IPAddress.TryParse(host.Trim('[', ']'), out var number)
            ? [number]
            : await names.ResolveAsync(host, stop);
        if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
        if (!options.Value.AllowPrivate && !isOwn && Array.Exists(addresses, ForbiddenAddresses.Has))
            throw new ForbiddenAddressException();
        return [.. addresses.Take(AddressesMax)];
    }

    private static async Task<Socket> ConnectAsync(
        IReadOnlyList<IPAddress> addresses, int port, CancellationToken stop)
    {
        for (var number = 0; ; number++)
        {
            var socket = new Socket(addresses[number].AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true,
            };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[number], port), stop);
                return socket;
            }
            catch (Exception failure)
            {
                socket.Dispose();
                if (failure is not SocketException || number == addresses.Count - 1) throw;
            }
        }
    }
}
