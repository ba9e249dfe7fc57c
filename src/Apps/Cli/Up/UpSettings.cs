namespace Tessera.Cli.Up;

/// <summary>What the command line of <c>up</c> asks for.</summary>
internal sealed record UpSettings(
    string Data, int Port, string Broker, string? BrokerAddress, string Database, string? DatabaseAddress,
    IReadOnlyDictionary<string, int> Replicas, IReadOnlyList<string> LogsOnScreen, bool Empty, bool Dashboard = false,
    bool Monitoring = false, bool Chaos = false)
{
    /// <summary>The broker was started with the store and serves it alone.</summary>
    public bool OwnsBroker { get; init; }

    /// <summary>People come over HTTPS.</summary>
    public bool Https { get; init; }

    /// <summary>Which of the services that the store is whole without are left out.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>Services in TypeScript can be started here.</summary>
    public bool HasNode { get; init; } = true;

    /// <summary>Of which services, or processes of them, another revision runs.</summary>
    public IReadOnlyDictionary<string, string> At { get; init; } = new Dictionary<string, string>();

    /// <summary>The programs of <see cref="At"/>, once they are built.</summary>
    public IReadOnlyDictionary<string, string> Programs { get; init; } = new Dictionary<string, string>();

    /// <summary>What to run for the process.</summary>
    public string ProgramOf(PlannedInstance instance) =>
        Programs.GetValueOrDefault(instance.Name) ?? Programs.GetValueOrDefault(instance.Service)
        ?? SourceTree.BinaryOf(instance.Project);

    /// <summary>Where all processes send traces, logs and metrics.</summary>
    public TelemetryTarget? Telemetry { get; init; }

    public static readonly string[] Brokers = ["embedded", "rabbitmq", "kafka", "redis"];
    public static readonly string[] Databases = ["sqlite", "postgres"];

    public const int ReplicasMax = 8;

    /// <summary>Reads <c>orders=2,inventory=2</c>.</summary>
    public static Dictionary<string, int> ParseReplicas(IEnumerable<string> texts, IReadOnlyCollection<string> services)
    {
        var replicas = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var text in texts.SelectMany(
            one => one.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            var parts = text.Split('=');
            if (parts.Length != 2 || !int.TryParse(parts[1], out var count) || count is < 1 or > ReplicasMax)
            {
                throw new UserError(
                    $"--replicas takes SERVICE=N with N from 1 to {ReplicasMax}, not '{text}'.", ExitCodes.Usage);
            }
            if (!services.Contains(parts[0]))
            {
                throw new UserError(
                    $"There is no service '{parts[0]}'; known are {string.Join(", ", services)}.", ExitCodes.Usage);
            }
            if (parts[0] == "gateway" && count > 1 && !SharedAddress.IsPossible)
            {
                throw new UserError(
                    "Gateways share one address by a socket that they inherit, which Windows does not hand down: " +
                    "there can be one here.", ExitCodes.Usage);
            }
            replicas[parts[0]] = count;
        }
        return replicas;
    }
}

/// <param name="Endpoint">Takes OTLP over gRPC.</param>
/// <param name="Traces">Where a trace can be looked at, with <c>{trace}</c> in the place of its id.</param>
internal sealed record TelemetryTarget(string Endpoint, string Key, string Traces);
