using Microsoft.Extensions.Configuration;
using Tessera.Messaging;
using Tessera.Messaging.Kafka;
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
        var transport = Transport(configuration, Path.Combine(directory, "broker", "events.db"));
        return new Backends(database, store + transport);
    }

    private static (ServiceDatabase, Action<MessagingBuilder>) Store(IConfiguration configuration, string fileOtherwise)
    {
        var file = configuration["Database:File"] is { Length: > 0 } given ? given : fileOtherwise;
        return (configuration["Database:Engine"] ?? "sqlite") switch
        {
            "sqlite" => (new SqliteServiceDatabase(file), messages => messages.UseSqlite(options => ReadSqlite(configuration, options, file))),
            var other => throw new InvalidOperationException($"Database:Engine is '{other}': expected sqlite or postgres."),
        };
    }

    private static void ReadSqlite(IConfiguration configuration, SqliteStoreOptions options, string file)
    {
        configuration.GetSection(SqliteStoreOptions.Section).Bind(options);
        options.File = file;
    }

    private static Action<MessagingBuilder> Transport(IConfiguration configuration, string fileOtherwise)
    {
        var file = configuration["Messaging:Embedded:File"] is { Length: > 0 } given ? given : fileOtherwise;
        return (configuration["Messaging:Broker"] ?? "embedded") switch
        {
            "embedded" => messages => messages.UseEmbeddedTransport(options =>
            {
                configuration.GetSection(EmbeddedTransportOptions.Section).Bind(options);
                options.File = file;
            }),
            "rabbitmq" => messages => messages.UseRabbitMq(configuration.GetSection(RabbitMqOptions.Section).Bind),
            "kafka" => messages => messages.UseKafka(configuration.GetSection(KafkaOptions.Section).Bind),
            "redis" => messages => messages.UseRedis(configuration.GetSection(RedisOptions.Section).Bind),
            var other => throw new InvalidOperationException(
                $"Messaging:Broker is '{other}': expected embedded, rabbitmq, kafka or redis."),
        };
    }
}
