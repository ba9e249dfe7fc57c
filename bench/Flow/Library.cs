using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tessera.Messaging;
using Tessera.Messaging.Kafka;
using Tessera.Messaging.Postgres;
using Tessera.Messaging.RabbitMq;
using Tessera.Messaging.Redis;

namespace Tessera.Flow;

/// <summary>The services of the benchmark, on PostgreSQL and one broker, as their settings say.</summary>
internal static class Library
{
    public const int Partitions = 4;

    /// <summary>The one subscriber of the stream: the measured reader, or the witness that counts
    /// what a relay sent.</summary>
    public const string Reader = "reader";

    public static IHost Publisher(IConfiguration settings) => Build(settings, Happened.Stream, messages => messages
        .SubscribedBy([Reader])
        .Publishes<Happened>(happened => happened.Key));

    public static IHost Consumer(IConfiguration settings) =>
        Build(settings, Reader, messages => messages.Handle<SeeHappened>());

    public static Dictionary<string, string> Settings(Broker broker, string database, bool frames = true) => new()
    {
        ["Flow__Broker"] = broker.Name,
        ["Flow__Address"] = broker.Address,
        ["Flow__Database"] = database,
        ["Messaging__Outbox__Frames"] = frames ? "true" : "false",
    };

    public static IConfiguration Read(IReadOnlyDictionary<string, string> settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(
            pair => pair.Key.Replace("__", ":", StringComparison.Ordinal), string? (pair) => pair.Value))
        .Build();

    public static Broker BrokerOf(IConfiguration settings) => new(settings["Flow:Broker"]!, settings["Flow:Address"]!);

    /// <summary>The broker's client of the library alone, for who loads a stream or looks at it.</summary>
    public static ServiceProvider Transport(Broker broker)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddLogging(logging => logging.AddConsole(ToErrors).SetMinimumLevel(LogLevel.Error));
        services.AddMessaging(Reader, messages => Use(messages, broker));
        return services.BuildServiceProvider();
    }

    private static IHost Build(IConfiguration settings, string service, Action<MessagingBuilder> list)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddConfiguration(settings);
        builder.Logging.AddConsole(ToErrors).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddMessaging(service, messages =>
        {
            list(messages);
            messages.Partitions(Partitions)
                .UsePostgres(options => options.ConnectionString = settings["Flow:Database"]!);
            Use(messages, BrokerOf(settings));
        });
        return builder.Build();
    }

    private static void Use(MessagingBuilder messages, Broker broker)
    {
        // What one node of each broker needs; nothing else differs from the defaults.
        _ = broker.Name switch
        {
            "rabbitmq" => messages.UseRabbitMq(options => (options.Uri, options.QuorumSize) = (broker.Address, 1)),
            "redis" => messages.UseRedis(
                options => (options.Configuration, options.AcceptEverysecFsync) = (broker.Address, true)),
            "kafka" => messages.UseKafka(options =>
            {
                options.BootstrapServers = broker.Address;
                (options.AcceptSingleReplica, options.ReplicationFactor, options.MinInSyncReplicas) = (true, 1, 1);
            }),
            _ => throw new InvalidOperationException($"The broker '{broker.Name}' is not known."),
        };
    }

    // Standard output is the channel to the driver.
    private static void ToErrors(Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions options) =>
        options.LogToStandardErrorThreshold = LogLevel.Trace;
}

internal sealed record Broker(string Name, string Address);
