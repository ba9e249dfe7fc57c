using System.Text;
using Tessera.Messaging.Postgres;

namespace Tessera.Cli.Shipping;

/// <summary>The files below <c>deploy/</c> that follow from the list of processes, by their paths in the repository.
/// What stands there beside them (the overlays, the servers to try with) is written by hand.</summary>
internal static class DeployFiles
{
    private const string Base = "deploy/kubernetes/base";
    private const string Compose = "deploy/compose";

    private const string Kafka = """
            image: docker.io/apache/kafka:4.3.0
            volumes: ["kafka-data:/var/lib/kafka/data"]
        """;

    private const string Redis = """
            image: docker.io/library/redis:8
            command: ["redis-server", "--appendonly", "yes", "--appendfsync", "always"]
            volumes: ["redis-data:/data"]
        """;

    public static SortedDictionary<string, string> Make(IReadOnlyList<ListedProcess> all)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var process in all) AddProcess(files, process, all);
        AddMigrations(files, all);
        files[$"{Base}/nobody-else.yaml"] = NetworkRules.NobodyElse;
        files[$"{Base}/settings/settings.env"] = DeploySettings.Of(all,
        [
            ("Tessera__GatewayNetworks__0", "10.0.0.0/8"), // Of the pods: production's overlay has its own.
            ("Tessera__Migrate", "Wait"),
            ("Tessera__PublicUrl", "http://127.0.0.1:8080/"),
        ]);
        files[$"{Base}/settings/kustomization.yaml"] = """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            # Named by their content: processes with other settings are other processes, and roll.
            configMapGenerator:
              - name: tessera-settings
                envs: [settings.env]

            """;
        files[$"{Base}/kustomization.yaml"] = Kustomization(
            [.. all.Select(process => process.Name), "nobody-else.yaml", "namespace.yaml"]);
        AddCompose(files, all);
        return files;
    }

    /// <summary>What the pools of all processes may ask a common PostgreSQL for, while each process is there twice, and
    /// some for people.</summary>
    internal static int ConnectionsOf(IReadOnlyList<ListedProcess> all) =>
        (2 * all.Count(process => process.HasServers) * new PostgresStoreOptions().PoolSizeMax) + 12;

    private static void AddProcess(
        SortedDictionary<string, string> files, ListedProcess process, IReadOnlyList<ListedProcess> all)
    {
        var folder = $"{Base}/{process.Name}";
        List<string> kinds = ["account", "deployment", "service", "scaling"];
        if (process.HasFiles) kinds.Add("files");
        foreach (var kind in kinds) files[$"{folder}/{kind}.yaml"] = DeployTemplate.Fill(kind, process);
        files[$"{folder}/network.yaml"] = NetworkRules.Of(process, all);
        files[$"{folder}/kustomization.yaml"] =
            Kustomization([.. kinds.Append("network").Order(StringComparer.Ordinal).Select(kind => kind + ".yaml")]);
    }

    private static void AddMigrations(SortedDictionary<string, string> files, IReadOnlyList<ListedProcess> all)
    {
        var migrating = all.Where(process => process.HasMigration).ToList();
        foreach (var process in migrating)
            files[$"{Base}/migrations/{process.Name}.yaml"] = DeployTemplate.Fill("migration", process);
        files[$"{Base}/migrations/account.yaml"] = DeployTemplate.Fill(
            DeployTemplate.Read("account"), ("name", "migrations"));
        files[$"{Base}/migrations/kustomization.yaml"] = Kustomization(
            ["account.yaml", .. migrating.Select(process => process.Name + ".yaml")]);
    }

    private static string Kustomization(IEnumerable<string> resources)
    {
        var text = new StringBuilder(
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n");
        foreach (var resource in resources) text.Append("  - ").Append(resource).Append('\n');
        return text.ToString();
    }

    private static void AddCompose(SortedDictionary<string, string> files, IReadOnlyList<ListedProcess> all)
    {
        files[$"{Compose}/compose.yaml"] = DeployTemplate.Fill(
            DeployTemplate.Read("compose"),
            ("processes", string.Concat(all.Select(each => DeployTemplate.Fill("process", each))).TrimEnd('\n')),
            ("volumes", string.Join('\n', all.Select(each => $"  {each.Name}-data:"))),
            ("composeGrace", DeployTemplate.Text(DeployTemplate.GraceSeconds - DeployTemplate.PreStopSeconds)),
            ("connections", DeployTemplate.Text(ConnectionsOf(all))));
        files[$"{Compose}/settings.env"] = DeploySettings.Of(all,
        [
            ("Messaging__RabbitMq__QuorumSize", "1"), // There is one node.
            ("Tessera__GatewayNetworks__0", "10.77.0.0/24"),
            // podman-compose 1.0 passes over what the file says of its network, and Podman takes one from here.
            ("Tessera__GatewayNetworks__1", "10.89.0.0/16"),
        ]);
        files[$"{Compose}/compose.kafka.yaml"] = Broker(all, "kafka", Kafka,
        [
            "Messaging__Broker: kafka", "Messaging__Kafka__BootstrapServers: kafka:9092",
            "Messaging__Kafka__AcceptSingleReplica: \"true\"", "Messaging__Kafka__ReplicationFactor: 1",
            "Messaging__Kafka__MinInSyncReplicas: 1",
        ]);
        files[$"{Compose}/compose.redis.yaml"] = Broker(all, "redis", Redis,
            ["Messaging__Broker: redis", "Messaging__Redis__Configuration: redis:6379"]);
    }

    private static string Broker(
        IReadOnlyList<ListedProcess> all, string broker, string server, IReadOnlyList<string> settings)
    {
        var brokered = all.Where(process => process.HasServers).Select(process =>
            $"  {process.Name}:\n    environment:\n"
            + string.Concat(settings.Select(setting => $"      {setting}\n")));
        return DeployTemplate.Fill(
            DeployTemplate.Read("broker"), ("broker", broker), ("server", server),
            ("brokered", string.Concat(brokered).TrimEnd('\n'))) + $"volumes:\n  {broker}-data:\n";
    }
}
