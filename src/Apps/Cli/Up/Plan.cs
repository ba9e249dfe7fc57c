using System.Globalization;

namespace Tessera.Cli.Up;

/// <summary>One process to run.</summary>
/// <param name="Name">The service's name; a second replica is <c>orders-2</c>.</param>
internal sealed record PlannedInstance(string Name, string Service, string Project, int Http1, int Http2)
{
    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Http1}");

    public string InternalAddress => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Http2}");
}

/// <summary>Which processes run, and on which ports: the gateway on the one that was asked for,
/// the services on the next.</summary>
internal sealed class Plan
{
    /// <summary>From a service's port for people to its port for the gateway.</summary>
    private const int Http2Offset = 1000;

    private readonly PortPicker _ports;

    private Plan(IReadOnlyList<PlannedInstance> instances, IReadOnlyList<string> moved, PortPicker ports)
    {
        Instances = instances;
        Moved = moved;
        _ports = ports;
    }

    public IReadOnlyList<PlannedInstance> Instances { get; }

    /// <summary>What could not have its usual port, in words.</summary>
    public IReadOnlyList<string> Moved { get; }

    public PlannedInstance Gateway => Instances.Single(instance => instance.Service == "gateway");

    /// <summary>The ports are held until now: the processes that are to listen there start next.</summary>
    public void LetGoOfPorts() => _ports.Dispose();

    public static Plan Make(IReadOnlyList<string> projects, UpSettings settings, PortPicker ports)
    {
        var instances = new List<PlannedInstance>();
        var moved = new List<string>();
        var gatewayPort = Pick("gateway", settings.Port);
        var number = 1;
        foreach (var project in projects)
        {
            var service = project.ToLowerInvariant();
            if (service == "gateway")
            {
                instances.Add(new PlannedInstance(service, service, project, gatewayPort, settings.Port + Http2Offset));
                continue;
            }
            for (var replica = 1; replica <= settings.Replicas.GetValueOrDefault(service, 1); replica++)
            {
                // Further replicas stand well above the services, so that these keep the ports that the documents name.
                var offset = replica == 1 ? number : 100 + (10 * number) + replica;
                var name = replica == 1 ? service : $"{service}-{replica}";
                instances.Add(new PlannedInstance(
                    name, service, project, Pick(name, settings.Port + offset),
                    ports.Pick(settings.Port + Http2Offset + offset)));
            }
            number++;
        }
        return new Plan(instances, moved, ports);

        int Pick(string name, int preferred)
        {
            var port = ports.Pick(preferred);
            if (port != preferred) moved.Add($"{name} is on port {port}: {preferred} is taken");
            return port;
        }
    }
}
