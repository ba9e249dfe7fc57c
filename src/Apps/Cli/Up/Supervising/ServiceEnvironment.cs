using Tessera.Cli.Servers;

namespace Tessera.Cli.Up;

/// <summary>The configuration that a service process gets, as environment variables.</summary>
internal sealed class ServiceEnvironment(RunFolder folder, UpSettings settings, Plan plan, string run)
{
    /// <summary>Between the gateways and the pages of these processes, and no others.</summary>
    private readonly string _pagesSecret = Passwords.New();

    public Dictionary<string, string> For(PlannedInstance instance)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Tessera__DataDirectory"] = folder.Data,
            ["Tessera__Instance"] = run,
            // Behind a proxy the store has another address than the gateway listens at, and who starts it says which.
            ["Tessera__PublicUrl"] =
                Environment.GetEnvironmentVariable("Tessera__PublicUrl")
                ?? (plan.Encrypted ?? plan.Gateway.Address) + "/",
            ["Listen__Http1"] = $"127.0.0.1:{instance.Http1}",
            ["Listen__Http2"] = instance.IsGateway ? "none" : $"127.0.0.1:{instance.Http2}",
            ["Messaging__Broker"] = settings.Broker,
            ["Messaging__Embedded__File"] = Path.Combine(folder.Data, "broker", "events.db"),
            ["Database__Engine"] = settings.Database,
            ["Database__File"] = Path.Combine(folder.Data, instance.Service, instance.Service + ".db"),
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_TieredPGO"] = "0",
            // Hexadecimal: 4 MiB of young objects instead of what the processor's cache would hold,
            // once for each process.
            ["DOTNET_GCgen0size"] = "400000",
            // Waiting threads sleep at once: six processes that spin before they sleep take
            // most of what an idle store uses.
            ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
            // Hexadecimal milliseconds, the runtime's default, which the command raises for itself: a service that
            // waits longer before it compiles better starts a little earlier, and works a third more under load.
            ["DOTNET_TC_CallCountingDelayMs"] = "64",
            ["DOTNET_NOLOGO"] = "1",
        };
        if (instance.Service is "gateway" or "web" or "ops") variables["Tessera__PagesSecret"] = _pagesSecret;
        // The pages reach the store as its visitors do, but from here: the public name may lead by way of the world.
        if (instance.Service is "web" or "ops") variables[$"{instance.Project}__Gateway"] = plan.Gateway.Address + "/";
        // Partners of a store on one machine are programs on that machine.
        if (instance.Service == "webhooks")
        {
            variables["Webhooks__AllowPrivate"] =
                Environment.GetEnvironmentVariable("Webhooks__AllowPrivate") ?? "true";
            variables["Webhooks__OperatorEmail"] =
                Environment.GetEnvironmentVariable("Webhooks__OperatorEmail") ?? OperatorCredentials.FirstEmail;
        }
        // The simulated provider is outside, and calls by the way that a real one would take.
        if (instance.Service == "payments")
        {
            variables["Payments__Simulated__CallbackUrl"] =
                Environment.GetEnvironmentVariable("Payments__Simulated__CallbackUrl")
                ?? plan.Gateway.Address + "/api/v1/payments/callbacks/simulated";
        }
        // Told of low stock, which nobody would be.
        if (instance.Service == "notifications")
        {
            variables["Notifications__Operators__0"] =
                Environment.GetEnvironmentVariable("Notifications__Operators__0") ?? OperatorCredentials.FirstEmail;
        }
        if (plan.Foreign.Contains(instance)) AddForeign(instance.Project, variables);
        else if (instance.Service == "webhooks" && EntryOfMails is { } entry)
            variables["Webhooks__OwnEndpoint"] = entry;
        if (settings.Chaos && instance.Service == "ops") variables["Ops__Chaos"] = folder.Chaos;
        if (instance.IsGateway) variables["Gateway__CanariesFile"] = folder.CanariesFile;
        if (instance.IsGateway && plan.Https is { } https)
            variables["Gateway__Https__Listen"] = $"127.0.0.1:{https}";
        if (instance.IsGateway && SharedAddress.IsPossible)
            variables["Listen__Direct"] = $"127.0.0.1:{instance.Http2}";
        var behind = plan.Instances.Where(each => !each.IsGateway).Concat(plan.Foreign);
        foreach (var service in behind.GroupBy(each => each.Service))
        {
            var name = service.First().Project;
            variables[$"Services__{name}"] = string.Join(',', service.Select(each => each.InternalAddress));
        }
        if (settings.Telemetry is { } telemetry)
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = telemetry.Endpoint;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
            variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={telemetry.Key}";
            variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instance.Name}";
            if (instance.Service == "ops" && Environment.GetEnvironmentVariable("Ops__Traces") is null)
                variables["Ops__Traces"] = telemetry.Traces;
        }
        if (settings.BrokerAddress is { } broker && BrokerKey(settings.Broker) is { } key) variables[key] = broker;
        if (settings.DatabaseAddress is { } database)
        {
            variables["Database__ConnectionString"] = database.Replace(
                "{service}", instance.Service, StringComparison.Ordinal);
        }
        // Read at each start: a password may have been changed meanwhile.
        else if (settings.Database == "postgres"
            && folder.ReadDatabases()?.GetValueOrDefault(instance.Service) is { } own)
        {
            variables["Database__ConnectionString"] = own;
        }
        if (settings.OwnsBroker)
        {
            // One node on this machine, as the operator asked for: there is no second copy to wait for.
            variables["Messaging__Kafka__AcceptSingleReplica"] = "true";
            variables["Messaging__Kafka__ReplicationFactor"] = "1";
            variables["Messaging__Kafka__MinInSyncReplicas"] = "1";
            variables["Messaging__RabbitMq__QuorumSize"] = "1";
        }
        foreach (var (name, value) in folder.ReadSettingsOf(instance.Name)) variables[name] = value;
        return variables;
    }

    /// <summary>Where the service that writes mails takes events on the embedded broker. Where it cannot be started,
    /// events that wait for it would be given up after days, one by one.</summary>
    private string? EntryOfMails => plan.Foreign.FirstOrDefault(each => each.Service == "notifications") is { } mails
        && settings is { Broker: "embedded", HasNode: true } ? mails.Address + "/webhooks/tessera" : null;

    /// <summary>Whom it asks, by the addresses that need no more than HTTP/1.1.</summary>
    private void AddForeign(string project, Dictionary<string, string> variables)
    {
        variables["NODE_ENV"] = "production";
        variables[$"{project}__Users"] = AddressOf("users");
        if (settings.Broker == "embedded") variables[$"{project}__Webhooks"] = AddressOf("webhooks");

        string AddressOf(string service) => plan.Instances.First(each => each.Service == service).Address + "/";
    }

    private static string? BrokerKey(string broker) => broker switch
    {
        "rabbitmq" => "Messaging__RabbitMq__Uri",
        "kafka" => "Messaging__Kafka__BootstrapServers",
        "redis" => "Messaging__Redis__Configuration",
        _ => null,
    };
}
