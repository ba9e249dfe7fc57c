using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>What is compared at start, and how a refusal names what to change.</summary>
public sealed class KafkaStartUp(KafkaBackend kafka)
{
    [Fact]
    public async Task Refuses_a_topic_with_another_number_of_partitions()
    {
        var stream = await TopicAsync(partitions: 3);

        var refusal = await RefusalAsync(stream);

        Assert.Contains(
            $"'{stream}' has 3 partitions, but Messaging:Partitions is 4", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_single_replica_unless_it_is_accepted_by_name()
    {
        var stream = await TopicAsync();

        var refusal = await RefusalAsync(stream, options => options.AcceptSingleReplica = false);

        Assert.Contains("min.insync.replicas=1", refusal, StringComparison.Ordinal);
        Assert.Contains("Messaging:Kafka:AcceptSingleReplica=true", refusal, StringComparison.Ordinal);
        await using var accepting = kafka.Transport();
        await accepting.StartAsync(KafkaBackend.Topology(stream), Stop);
        Assert.False(accepting.Features.SurvivesPowerLoss);
    }

    [Fact]
    public async Task Refuses_to_create_a_topic_with_more_replicas_than_brokers()
    {
        kafka.Server.Require();

        var refusal = await RefusalAsync(Some.Name("stream"), options => options.AcceptSingleReplica = false);

        Assert.Contains("Messaging:Kafka:ReplicationFactor is 3, but the cluster", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cleanup.policy", "compact", "cleanup.policy=compact")]
    [InlineData("max.message.bytes", "100000", "max.message.bytes=100000")]
    [InlineData("min.insync.replicas", "2", "it accepts nothing")]
    public async Task Refuses_a_setting_that_would_weaken_a_promise(string setting, string value, string expected)
    {
        var stream = await TopicAsync(settings: new() { [setting] = value });

        Assert.Contains(expected, await RefusalAsync(stream), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_number_of_processes_create_the_topics_at_once()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var transport = kafka.Transport();
            await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        }));

        using var admin = Admin();
        var topic = (await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([stream]))).TopicDescriptions[0];
        Assert.Equal(KafkaBackend.Partitions, topic.Partitions.Count);
    }

    [Theory]
    [InlineData("acks", "1", "Messaging:Kafka:Client:acks")]
    [InlineData("Enable.Auto.Offset.Store", "true", "Messaging:Kafka:Client:Enable.Auto.Offset.Store")]
    public void Refuses_client_settings_that_the_promises_rest_on(string setting, string value, string expected)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Configured(options =>
        {
            options.BootstrapServers = "127.0.0.1:9092";
            options.Client[setting] = value;
        }));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_to_start_without_an_address() =>
        Assert.Contains("BootstrapServers",
            Assert.Throws<OptionsValidationException>(() => Configured(_ => { })).Message, StringComparison.Ordinal);

    private static KafkaOptions Configured(Action<KafkaOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton<Microsoft.Extensions.Configuration.IConfiguration>(
            new Microsoft.Extensions.Configuration.ConfigurationManager());
        services.AddMessaging("orders", messages => messages.UseKafka(configure));
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<KafkaOptions>>().Value;
    }

    private async Task<string> TopicAsync(
        int partitions = KafkaBackend.Partitions, Dictionary<string, string>? settings = null)
    {
        kafka.Server.Require();
        var name = Some.Name("stream");
        using var admin = Admin();
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification
            {
                Name = name, NumPartitions = partitions, ReplicationFactor = 1,
                Configs = new(settings ?? [])
                {
                    ["max.message.bytes"] = settings?.GetValueOrDefault("max.message.bytes") ?? "4000000",
                },
            },
        ]);
        await Eventually.HoldsAsync("the topic is there", async () =>
        {
            await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([name]));
            return true;
        });
        return name;
    }

    private async Task<string> RefusalAsync(string stream, Action<KafkaOptions>? configure = null)
    {
        await using var transport = kafka.Transport(configure);
        return (await Assert.ThrowsAsync<TransportRefusedException>(
            () => transport.StartAsync(KafkaBackend.Topology(stream), Stop))).Message;
    }

    private IAdminClient Admin() =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Server.BootstrapServers }).Build();
}
