using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging;

namespace Tessera.MessagingDefaults.Tests.Describing;

public sealed class DescribeEventsTests
{
    [Fact]
    public void Says_the_shape_the_key_and_the_partitions_of_what_is_published()
    {
        var description = new JsonObject();
        new DescribeEvents(Listed(messages => messages.Publishes<ParcelSent>(sent => sent.Parcel)))
            .Describe(description);
        var sent = Assert.Single(description["events"]!.AsArray())!;
        Assert.Equal(("parcels.parcel-sent.v1", "parcels", "parcel", 4), (
            (string?)sent["type"], (string?)sent["stream"], (string?)sent["key"], (int)sent["partitions"]!));
        var members = sent["schema"]!["properties"]!;
        Assert.Equal("uuid", (string?)members["parcel"]!["format"]);
        Assert.Equal("int64", (string?)members["items"]!["items"]!["properties"]!["weightGrams"]!["format"]);
        Assert.Equal(["parcel", "items"], sent["schema"]!["required"]!.AsArray().Select(each => (string?)each));
    }

    [Fact]
    public void Refuses_a_key_that_is_no_member_of_the_event() => Assert.Throws<InvalidOperationException>(() =>
        new DescribeEvents(Listed(messages => messages.Publishes<ParcelSent>(sent => $"{sent.Parcel}/1")))
            .Describe([]));

    [Fact]
    public void Sees_a_record_that_refuses_what_it_does_not_know_wherever_it_stands_in_the_event()
    {
        Assert.True(DescribeEvents.IgnoresUnknown(typeof(ParcelSent), JsonSerializerOptions.Web));
        Assert.False(DescribeEvents.IgnoresUnknown(typeof(ParcelWeighed), JsonSerializerOptions.Web));
    }

    private static MessageRegistry Listed(Action<MessagingBuilder> list)
    {
        var services = new ServiceCollection();
        MessageRegistry? registry = null;
        services.AddMessaging("parcels", messages =>
        {
            list(messages);
            registry = messages.Registry;
        });
        return registry!;
    }

    public sealed record ParcelSent(Guid Parcel, IReadOnlyList<Item> Items, string? Note = null)
    {
        public const string EventType = "parcels.parcel-sent.v1";
    }

    public sealed record Item(string Sku, long WeightGrams);

    public sealed record ParcelWeighed(Guid Parcel, IReadOnlyList<StrictItem> Items)
    {
        public const string EventType = "parcels.parcel-weighed.v1";
    }

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    public sealed record StrictItem(string Sku);
}
