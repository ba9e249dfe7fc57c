using System.Net.Mime;
using System.Text;
using System.Text.Json;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Interop.Tests;

/// <summary>What software that knows only the wire format can rely on, on each broker.</summary>
public abstract class InteropPromises(ForeignBroker broker)
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public async Task An_event_we_publish_is_a_CloudEvent_to_a_foreign_client()
    {
        broker.Require();
        await using var parcels = await InteropService.StartPublisherAsync(broker);
        await broker.ListenAsync();
        var parcel = Some.Name("zoë");

        await parcels.PublishAsync(new ParcelSent(parcel, 250));

        var read = await SingleAsync(
            message => message.Headers.GetValueOrDefault(broker.AttributePrefix + "partitionkey") == parcel);
        Assert.Equal("application/json", read.ContentType);
        var cloudEvent = FromAttributes(read);
        Assert.True(cloudEvent.IsValid);
        Assert.True(Guid.TryParseExact(cloudEvent.Id, "D", out _), cloudEvent.Id);
        Assert.Equal((ParcelSent.EventType, "/tessera/parcels", parcel),
            (cloudEvent.Type, cloudEvent.Source!.ToString(), cloudEvent["partitionkey"]));
        Assert.InRange(
            cloudEvent.Time!.Value, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow());
        Assert.Equal(
            new ParcelSent(parcel, 250), JsonSerializer.Deserialize<ParcelSent>(read.Body, JsonSerializerOptions.Web));
    }

    [Fact]
    public async Task Events_that_travel_in_a_frame_are_a_CloudEvents_batch_to_a_foreign_client()
    {
        broker.Require();
        await using var parcels = await InteropService.StartPublisherAsync(broker);
        await broker.ListenAsync();
        var parcel = Some.Name("frame");

        await parcels.PublishAsync([.. Enumerable.Range(1, 20).Select(grams => new ParcelSent(parcel, grams))]);

        var read = await SingleAsync(message => message.Body.Contains(parcel, StringComparison.Ordinal));
        Assert.Equal("application/cloudevents-batch+json", read.ContentType);
        Assert.DoesNotContain(
            read.Headers.Keys, header => header.StartsWith(broker.AttributePrefix, StringComparison.Ordinal));
        var batch = new JsonEventFormatter().DecodeBatchModeMessage(
            Encoding.UTF8.GetBytes(read.Body), new ContentType(read.ContentType), null);
        Assert.Equal(20, batch.Count);
        Assert.All(batch, item => Assert.True(item.IsValid));
        Assert.All(batch, item => Assert.Equal((ParcelSent.EventType, parcel), (item.Type, item["partitionkey"])));
        Assert.Equal(
            Enumerable.Range(1, 20), batch.Select(item => ((JsonElement)item.Data!).GetProperty("grams").GetInt32()));
    }

    [Fact]
    public async Task A_CloudEvent_that_a_foreign_client_publishes_in_binary_mode_is_handled_once()
    {
        broker.Require();
        await using var tracking = await InteropService.StartHandlerAsync(broker);
        var parcel = Some.Name("binary");
        var attributes = new Dictionary<string, string>
        {
            ["specversion"] = "1.0", ["id"] = "not-a-uuid-" + parcel,
            ["source"] = "https://post.example/depot", ["type"] = ParcelSent.EventType,
            ["time"] = "2026-05-04T10:30:00Z", ["partitionkey"] = parcel,
            ["traceparent"] = TraceParent, ["colour"] = "an extension",
        };
        var message = new ForeignMessage(
            attributes.ToDictionary(pair => broker.AttributePrefix + pair.Key, pair => pair.Value),
            parcel, "application/json", $$"""{"parcel":"{{parcel}}","grams":17}""");

        // Twice: the identity is source and id, whatever the id looks like.
        await broker.PublishAsync(Partitioner.PartitionOf(parcel, 4), message);
        await broker.PublishAsync(Partitioner.PartitionOf(parcel, 4), message);
        await broker.PublishAsync(Partitioner.PartitionOf(parcel, 4), Last(message, parcel));

        await Eventually.HoldsAsync(
            "all is handled", async () => (await tracking.SeenAsync(parcel)).Any(seen => seen.Grams == 18));
        Assert.Equal(
            [
                new(parcel, 17, parcel, "https://post.example/depot"),
                new Seen(parcel, 18, parcel, "https://post.example/depot"),
            ],
            await tracking.SeenAsync(parcel));
    }

    [Fact]
    public async Task A_CloudEvent_that_a_foreign_client_publishes_in_structured_mode_is_handled()
    {
        broker.Require();
        await using var tracking = await InteropService.StartHandlerAsync(broker);
        var parcel = Some.Name("structured");
        await PublishStructuredAsync(parcel, Guid.NewGuid(), "https://post.example/depot", 99);

        await Eventually.HoldsAsync("it is handled", async () => (await tracking.SeenAsync(parcel)).Count == 1);
        Assert.Equal([new(parcel, 99, parcel, "https://post.example/depot")], await tracking.SeenAsync(parcel));
    }

    [Fact]
    public async Task One_UUID_of_two_foreign_sources_is_two_events()
    {
        broker.Require();
        await using var tracking = await InteropService.StartHandlerAsync(broker);
        var (parcel, id) = (Some.Name("two"), Guid.NewGuid());
        await PublishStructuredAsync(parcel, id, "https://post.example/depot", 17);
        await PublishStructuredAsync(parcel, id, "https://post.example/office", 18);
        await PublishStructuredAsync(parcel, id, "https://post.example/depot", 17); // Not known to have arrived.
        await PublishStructuredAsync(parcel, Guid.NewGuid(), "https://post.example/depot", 19);

        await Eventually.HoldsAsync(
            "all is handled", async () => (await tracking.SeenAsync(parcel)).Any(seen => seen.Grams == 19));
        Assert.Equal([17, 18, 19], (await tracking.SeenAsync(parcel)).Select(seen => seen.Grams));
    }

    private async Task PublishStructuredAsync(string parcel, Guid id, string source, int grams)
    {
        var cloudEvent = new CloudEvent
        {
            Id = id.ToString(), Source = new Uri(source), Type = ParcelSent.EventType,
            Time = TimeProvider.System.GetUtcNow(),
            DataContentType = "application/json", Data = new ParcelSent(parcel, grams),
        };
        cloudEvent.SetAttributeFromString("partitionkey", parcel);
        var body = new JsonEventFormatter(JsonSerializerOptions.Web, default)
            .EncodeStructuredModeMessage(cloudEvent, out var contentType);
        await broker.PublishAsync(
            Partitioner.PartitionOf(parcel, 4),
            new ForeignMessage(
                new Dictionary<string, string>(), null, contentType.ToString(), Encoding.UTF8.GetString(body.Span)));
    }

    private ForeignMessage Last(ForeignMessage message, string parcel) => message with
    {
        Headers = message.Headers.ToDictionary(
            pair => pair.Key, pair => pair.Key == broker.AttributePrefix + "id" ? "last-" + parcel : pair.Value),
        // Not any 17: the parcel's name may have those digits, too.
        Body = message.Body.Replace("\"grams\":17", "\"grams\":18", StringComparison.Ordinal),
    };

    private CloudEvent FromAttributes(ForeignMessage message)
    {
        var attributes =
            message.Headers.Where(header => header.Key.StartsWith(broker.AttributePrefix, StringComparison.Ordinal))
                .ToDictionary(header => header.Key[broker.AttributePrefix.Length..], header => header.Value);
        var cloudEvent = new CloudEvent(CloudEventsSpecVersion.FromVersionId(attributes["specversion"])!);
        foreach (var (name, value) in attributes.Where(pair => pair.Key != "specversion"))
            cloudEvent.SetAttributeFromString(name, value);
        return cloudEvent;
    }

    private async Task<ForeignMessage> SingleAsync(Func<ForeignMessage, bool> wanted)
    {
        List<ForeignMessage> found = [];
        await Eventually.HoldsAsync("the foreign client reads it", async () =>
        {
            found = [.. (await broker.ReadAsync()).Where(wanted)];
            return found.Count > 0;
        });
        return Assert.Single(found);
    }
}
