using System.CommandLine;

namespace Tessera.Cli.Up;

/// <summary>The options of <c>up</c>, which its detached half takes too.</summary>
internal sealed class UpOptions
{
    public static Option<string> Data() => new("--data")
    {
        Description = "Folder for databases, logs and keys.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("TESSERA_DATA") is { Length: > 0 } given
            ? given
            : Path.Combine(SourceTree.Root, ".tessera"),
    };

    private readonly Option<string> _data = Data();

    private readonly Option<int> _port = new("--port")
    {
        Description =
            "Port of the gateway on 127.0.0.1; the services have the next ones. One that is in use is stepped over.",
        HelpName = "N",
        DefaultValueFactory = _ => 8080,
    };

    private readonly Option<bool> _https = new("--https")
    {
        Description =
            "People come over HTTPS, at port 8443 (or N + 363), with a certificate that is made for this machine.",
    };

    private readonly Option<string> _broker = new("--broker")
    {
        Description = "What carries the events.",
        DefaultValueFactory = _ => "embedded",
    };

    private readonly Option<string?> _brokerAddress = new("--broker-address")
    {
        Description = "Address of a running broker: a URI for rabbitmq, host:port for kafka and redis.",
        HelpName = "ADDRESS",
    };

    private readonly Option<string> _database = new("--database")
    {
        Description = "What keeps the data.",
        DefaultValueFactory = _ => "sqlite",
    };

    private readonly Option<string?> _databaseAddress = new("--database-address")
    {
        Description = "Connection string of a running PostgreSQL; {service} in it stands for the service's name.",
        HelpName = "CONNECTION",
    };

    private readonly Option<string[]> _replicas = new("--replicas")
    {
        Description = "How many processes of a service, such as orders=2,inventory=2.",
        HelpName = "SERVICE=N",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _log = new("--log")
    {
        Description = "Show this service's log on the screen as well; may be given several times.",
        HelpName = "SERVICE",
    };

    private readonly Option<bool> _empty = new("--empty") { Description = "Put no sample products into a new store." };

    private readonly Option<bool> _dashboard = new("--dashboard")
    {
        Description = "Start the Aspire dashboard as well, and send it traces, logs and metrics of every process.",
    };

    private readonly Option<bool> _monitoring = new("--monitoring")
    {
        Description = "Start Prometheus and Alertmanager as well, with the rules of deploy/monitoring.",
    };

    private readonly Option<bool> _chaos = new("--chaos")
    {
        Description = "Let operators stop, freeze and kill services of this store in the console, to see what happens.",
    };

    private readonly Option<string[]> _at = new("--at")
    {
        Description = "Run a service, or one process of it, as it was at a tag or commit, such as orders=v1.3.0.",
        HelpName = "SERVICE=REVISION",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _without = new("--without")
    {
        Description =
            "Leave out a service that the store is whole without, such as notifications (or set TESSERA_WITHOUT).",
        HelpName = "SERVICE",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ =>
            Environment.GetEnvironmentVariable("TESSERA_WITHOUT") is { Length: > 0 } given ? [given] : [],
    };

    public UpOptions()
    {
        _broker.AcceptOnlyFromAmong(UpSettings.Brokers);
        _database.AcceptOnlyFromAmong(UpSettings.Databases);
    }

    public void AddTo(Command command)
    {
        Option[] options =
        [
            _data, _port, _https, _broker, _brokerAddress, _database, _databaseAddress, _replicas, _log, _empty,
            _dashboard, _monitoring, _chaos, _at, _without,
        ];
        foreach (var option in options) command.Add(option);
    }

    public UpSettings Read(ParseResult parsed)
    {
        var services = SourceTree.Services().Select(name => name.ToLowerInvariant()).ToList();
        var onScreen = parsed.GetValue(_log) ?? [];
        var foreign = SourceTree.Foreign().Select(service => service.Name).ToList();
        var all = services.Concat(foreign).ToList();
        foreach (var name in onScreen.Where(name => !all.Contains(name.Split('-')[0])))
            throw new UserError($"There is no service '{name}'; known are {string.Join(", ", all)}.", ExitCodes.Usage);
        var without = (parsed.GetValue(_without) ?? []).SelectMany(some => some.Split(',')).ToList();
        if (without.Find(name => !foreign.Contains(name)) is { } needed)
        {
            throw new UserError(
                $"--without takes {string.Join(", ", foreign)}, not '{needed}'.", ExitCodes.Usage);
        }
        var port = Numbers.InRange(parsed.GetValue(_port), 1, 64_000, "--port");
        return new UpSettings(
            parsed.GetRequiredValue(_data), port, parsed.GetRequiredValue(_broker), parsed.GetValue(_brokerAddress),
            parsed.GetRequiredValue(_database), parsed.GetValue(_databaseAddress),
            UpSettings.ParseReplicas(parsed.GetValue(_replicas) ?? [], services), onScreen, parsed.GetValue(_empty),
            parsed.GetValue(_dashboard), parsed.GetValue(_monitoring), parsed.GetValue(_chaos))
        {
            At = EarlierBuilds.Parse(parsed.GetValue(_at) ?? [], services),
            Without = without,
            Https = parsed.GetValue(_https),
        };
    }

    /// <summary>The same options as words, for the detached half.</summary>
    public static IEnumerable<string> Words(UpSettings settings)
    {
        yield return "--data";
        yield return Path.GetFullPath(settings.Data);
        yield return "--port";
        yield return settings.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        yield return "--broker";
        yield return settings.Broker;
        yield return "--database";
        yield return settings.Database;
        if (settings.BrokerAddress is { } broker)
        {
            yield return "--broker-address";
            yield return broker;
        }
        if (settings.DatabaseAddress is { } database)
        {
            yield return "--database-address";
            yield return database;
        }
        foreach (var (service, count) in settings.Replicas)
        {
            yield return "--replicas";
            yield return $"{service}={count}";
        }
        foreach (var (instance, revision) in settings.At)
        {
            yield return "--at";
            yield return $"{instance}={revision}";
        }
        foreach (var service in settings.Without)
        {
            yield return "--without";
            yield return service;
        }
        if (settings.Https) yield return "--https";
        if (settings.Empty) yield return "--empty";
        if (settings.Dashboard) yield return "--dashboard";
        if (settings.Monitoring) yield return "--monitoring";
        if (settings.Chaos) yield return "--chaos";
    }
}
