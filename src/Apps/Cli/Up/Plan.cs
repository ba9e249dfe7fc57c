using System.Globalization;
using System.Net.Sockets;

namespace Tessera.Cli.Up;

/// <summary>One process to run.</summary>
/// <param name="Name">The service's name; a second replica is <c>orders-2</c>.</param>
/// <param name="Http1">For people. All gateways have the same, where one socket can be shared.</param>
/// <param name="Http2">For the gateway; a gateway's own port, at which it alone answers.</param>
internal sealed record PlannedInstance(string Name, string Service, string Project, int Http1, int Http2)
{
    public bool IsGateway => Service == "gateway";

    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Http1}");

    public string InternalAddress => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Http2}");

    /// <summary>Where this very process is asked how it does.</summary>
    public string OwnAddress => IsGateway && SharedAddress.IsPossible ? InternalAddress : Address;
}

/// <summary>Which processes run, and on which ports: the gateway on the one that was asked for,
/// the services on the next.</summary>
internal sealed class Plan
{
    /// <summary>From a service's port for people to its port for the gateway.</summary>
    private const int Http2Offset = 1000;

    private readonly PortPicker _ports;

    /// <summary>8443 beside 8080, as is usual.</summary>
    private const int HttpsOffset = 363;

    /// <summary>Foreign services stand where no service of the list will be for long.</summary>
    private const int ForeignOffset = 99;

    private Plan(
        IReadOnlyList<PlannedInstance> instances, IReadOnlyList<PlannedInstance> foreign, int? https,
        IReadOnlyList<string> moved, PortPicker ports)
    {
        Instances = instances;
        Https = https;
        Foreign = foreign;
        Moved = moved;
        _ports = ports;
    }

    public IReadOnlyList<PlannedInstance> Instances { get; }

    /// <summary>Services in other languages: their ports are kept for them, and they run where their tools are.
    /// </summary>
    public IReadOnlyList<PlannedInstance> Foreign { get; }

    /// <summary>The port at which the gateways take HTTPS, when they do.</summary>
    public int? Https { get; }

    /// <summary>The store's address over HTTPS. By name: browsers bind no passkey to a number.</summary>
    public string? Encrypted =>
        Https is { } port ? string.Create(CultureInfo.InvariantCulture, $"https://localhost:{port}") : null;

    /// <summary>What could not have its usual port, in words.</summary>
    public IReadOnlyList<string> Moved { get; }

    /// <summary>The first of them; all have its address.</summary>
    public PlannedInstance Gateway => Instances.First(instance => instance.IsGateway);

    /// <summary>The ports are held until now: the processes that are to listen there start next.</summary>
    public void LetGoOfPorts() => _ports.Dispose();

    /// <summary>Hands over what listens on the store's addresses.</summary>
    public IReadOnlyList<SharedAddress> TakeAddresses()
    {
        var http = new SharedAddress((Socket)_ports.Take(Gateway.Http1), "Listen__Http1Socket");
        return Https is { } port
            ? [http, new SharedAddress((Socket)_ports.Take(port), "Gateway__Https__Socket")]
            : [http];
    }

    /// <param name="address">The port of the store's address, when the store has one already.</param>
    /// <param name="https">The same for HTTPS.</param>
    public static Plan Make(
        IReadOnlyList<string> projects, UpSettings settings, PortPicker ports, int? address = null,
        int? https = null, IReadOnlyList<ForeignService>? foreign = null)
    {
        var instances = new List<PlannedInstance>();
        var moved = new List<string>();
        var gatewayPort = address ?? Pick("gateway", settings.Port);
        var number = 1;
        foreach (var project in projects)
        {
            var service = project.ToLowerInvariant();
            for (var replica = 1; replica <= settings.Replicas.GetValueOrDefault(service, 1); replica++)
            {
                if (service == "gateway")
                {
                    AddGateway(service, project, replica);
                    continue;
                }
                // Further replicas stand well above the services, so that these keep the ports that the documents name.
                var offset = replica == 1 ? number : 100 + (10 * number) + replica;
                var name = replica == 1 ? service : $"{service}-{replica}";
                instances.Add(new PlannedInstance(
                    name, service, project, Pick(name, settings.Port + offset),
                    ports.Pick(settings.Port + Http2Offset + offset)));
            }
            number++;
        }
        var others = (foreign ?? []).Where(each => !settings.Without.Contains(each.Name)).Select((each, index) =>
        {
            var preferred = settings.Port + ForeignOffset - index;
            return new PlannedInstance(
                each.Name, each.Name, each.Project, Pick(each.Name, preferred), ports.Pick(preferred + Http2Offset));
        });
        if (settings.Https) https ??= Pick("https", settings.Port + HttpsOffset);
        return new Plan(instances, [.. others], https, moved, ports);

        void AddGateway(string service, string project, int replica)
        {
            var own = settings.Port + Http2Offset + (replica == 1 ? 0 : 100 + replica);
            instances.Add(new PlannedInstance(
                replica == 1 ? service : $"{service}-{replica}", service, project, gatewayPort,
                SharedAddress.IsPossible ? ports.Pick(own) : own));
        }

        int Pick(string name, int preferred)
        {
            var port = ports.Pick(preferred);
            if (port != preferred) moved.Add($"{name} is on port {port}: {preferred} is taken");
            return port;
        }
    }
}
