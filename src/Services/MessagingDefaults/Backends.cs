using Microsoft.Extensions.Configuration;
using Tessera.Messaging;
using Tessera.Messaging.Kafka;
using Tessera.Messaging.Postgres;
using Tessera.Messaging.RabbitMq;
using Tessera.Messaging.Redis;
using Tessera.Messaging.Sqlite;
using Tessera.ServiceDefaults;

namespace Tessera.MessagingDefaults;

/// <summary>The database engine and the broker that configuration names.</summary>
internal sealed record Backends(ServiceDatabase Database, Action<MessagingBuilder> Apply)
{
    public static Backends Read(IConfiguration configuration, string service)
    {
        var directory = configuration.GetSection(TesseraOptions.Section).Get<TesseraOptions>()?.DataDirectory
            ?? new TesseraOptions().DataDirectory;
        var (database, store) = Store(configuration, Path.Combine(directory, service, service + ".db"));
        var log = Path.Combine(directory, "broker", "events.db");
        var broker = configuration["Messaging:Broker"] ?? "embedded";
        // Those that are only read come first: the last one registered is the one that is published to.
        var transports = AlsoConsumed(configuration)
            .Select(name => Transport(configuration, name, "Messaging:AlsoConsume", log))
            .Append(Transport(configuration, broker, "Messaging:Broker", log))
            .Aggregate((all, next) => all + next);
        return new Backends(database, store + transports);
    }

    // Each backend's call stands in a lambda of its own: only the chosen one's assemblies are loaded.
    private static (ServiceDatabase, Action<MessagingBuilder>) Store(IConfiguration configuration, string fileOtherwise)
    {
        var engine = configuration["Database:Engine"] ?? "sqlite";
        var section = configuration.GetSection(SqliteStoreOptions.Section);
        switch (engine)
        {
            case "sqlite":
                var file = Given(section["File"], fileOtherwise);
                return (new SqliteServiceDatabase(file), messages => messages.UseSqlite(options =>
                {
                    section.Bind(options);
                    options.File = file;
                }));
            case "postgres":
                var address = section["ConnectionString"];
                if (string.IsNullOrEmpty(address))
                {
                    throw new InvalidOperationException(
                        "Database:ConnectionString is missing: name the service's own PostgreSQL database.");
                }
                return (new PostgresServiceDatabase(address),
                    messages => messages.UsePostgres(options =>
                    {
                        options.PlanByIndex = true; // No statement of the services reads a whole table.
                        section.Bind(options);
                    }));
            default:
                throw new InvalidOperationException($"Database:Engine is '{engine}': expected sqlite or postgres.");
        }
    }

    /// <summary>A list, or one value with commas.</summary>
    private static IEnumerable<string> AlsoConsumed(IConfiguration configuration)
    {
        var section = configuration.GetSection("Messaging:AlsoConsume");
        return (section.Get<string[]>() ?? section.Value?.Split(',') ?? [])
            .Select(name => name.Trim()).Where(name => name.Length > 0);
    }

    private static Action<MessagingBuilder> Transport(
        IConfiguration configuration, string broker, string key, string fileOtherwise)
    {
        return broker switch
        {
            "embedded" => messages => messages.UseEmbeddedTransport(options =>
            {
                configuration.GetSection(EmbeddedTransportOptions.Section).Bind(options);
                options.File = Given(options.File, fileOtherwise);
            }),
            "rabbitmq" => messages => messages.UseRabbitMq(
                options => configuration.GetSection(RabbitMqOptions.Section).Bind(options)),
            "kafka" => messages => messages.UseKafka(),
            "redis" => messages => messages.UseRedis(
                options => configuration.GetSection(RedisOptions.Section).Bind(options)),
            _ => throw new InvalidOperationException(
                $"{key} is '{broker}': expected embedded, rabbitmq, kafka or redis."),
        };
    }

    private static string Given(string? value, string otherwise) => string.IsNullOrEmpty(value) ? otherwise : value;
}
