using System.Globalization;
using System.Text.Json;
using Tessera.Messaging.Kafka;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Interop.Tests;

/// <summary>Kafka as <c>kcat</c> sees it.</summary>
public sealed class KafkaThroughKcat : ForeignBroker
{
    private readonly KafkaServer _server = new();

    public override string AttributePrefix => "ce_";

    public override void Require()
    {
        _server.Require();
        ForeignProgram.Require("kcat", "kcat");
    }

    public override void Use(MessagingBuilder messages) => messages.UseKafka(options =>
    {
        options.BootstrapServers = _server.BootstrapServers;
        options.AcceptSingleReplica = true;
    });

    public override ValueTask InitializeAsync() => _server.InitializeAsync();

    public override async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await base.DisposeAsync();
    }

    internal override async Task<IReadOnlyList<ForeignMessage>> ReadAsync() =>
        [.. (await ReadLinesAsync()).Select(line => line.Message)];

    internal override Task PublishAsync(int partition, ForeignMessage message) => PublishAsync(
        message, "-p", partition.ToString(CultureInfo.InvariantCulture));

    internal Task PublishAsync(ForeignMessage message, params string[] how) => ForeignProgram.RunAsync(
        "kcat",
        [
            "-P", "-b", _server.BootstrapServers, "-t", ParcelSent.Stream, "-H", "content-type=" + message.ContentType,
            .. message.Headers.SelectMany(header => new[] { "-H", $"{header.Key}={header.Value}" }),
            .. message.Key is null ? Array.Empty<string>() : ["-k", message.Key], .. how,
        ],
        message.Body);

    internal async Task<List<(int Partition, ForeignMessage Message)>> ReadLinesAsync()
    {
        var output = await ForeignProgram.RunAsync(
            "kcat",
            ["-C", "-b", _server.BootstrapServers, "-t", ParcelSent.Stream, "-o", "beginning", "-e", "-q", "-J"]);
        List<(int, ForeignMessage)> lines = [];
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            var flat = json.RootElement.GetProperty("headers")
                .EnumerateArray().Select(item => item.GetString()!).ToArray();
            var headers = flat.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
            lines.Add((json.RootElement.GetProperty("partition").GetInt32(), new ForeignMessage(
                headers, json.RootElement.GetProperty("key").GetString(), headers.GetValueOrDefault("content-type", ""),
                json.RootElement.GetProperty("payload").GetString()!)));
        }
        return lines;
    }
}

public sealed class KafkaInterop(KafkaThroughKcat kafka) : InteropPromises(kafka), IClassFixture<KafkaThroughKcat>
{
    [Fact]
    public async Task The_record_key_is_the_partition_key_and_foreign_producers_choose_the_same_partition()
    {
        kafka.Require();
        await using var parcels = await InteropService.StartPublisherAsync(kafka);
        await using var tracking = await InteropService.StartHandlerAsync(kafka);
        var names = Enumerable.Range(0, 8).Select(_ => Some.Name("ключ")).ToList();
        foreach (var name in names)
        {
            await parcels.PublishAsync(new ParcelSent(name, 1));

            // Nothing but the record's key says what the event is about.
            var headers = new Dictionary<string, string>
            {
                ["ce_specversion"] = "1.0", ["ce_id"] = Guid.NewGuid().ToString(),
                ["ce_source"] = "/kcat", ["ce_type"] = ParcelSent.EventType,
            };
            await kafka.PublishAsync(
                new ForeignMessage(headers, name, "application/json", $$"""{"parcel":"{{name}}","grams":2}"""),
                "-X", "partitioner=murmur2_random");
        }

        foreach (var name in names)
        {
            await Eventually.HoldsAsync("both are handled", async () => (await tracking.SeenAsync(name)).Count == 2);
            Assert.All(await tracking.SeenAsync(name), seen => Assert.Equal(name, seen.Key));
        }
        var lines = (await kafka.ReadLinesAsync()).Where(line => names.Contains(line.Message.Key ?? "")).ToList();
        Assert.Equal(8, lines.Count(line => line.Message.Headers["ce_source"] == "/kcat"));
        Assert.All(lines, line => Assert.Equal(Partitioner.PartitionOf(line.Message.Key!, 4), line.Partition));
    }
}
