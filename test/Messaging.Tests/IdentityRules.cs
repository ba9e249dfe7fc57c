using System.Text;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

/// <summary>An id is unique within its source and nowhere else; and whatever comes must be storable.</summary>
public sealed class IdentityRules
{
    private const string Uuid = "0197a3c4-5d6e-7f80-9a1b-2c3d4e5f6071";

    public static TheoryData<string, string, string> Modes => new()
    {
        { "application/json", "", "" },
        { "application/cloudevents+json", "", "" },
        { "application/cloudevents-batch+json", "[", "]" },
    };

    [Theory]
    [MemberData(nameof(Modes))]
    public void Knows_one_id_of_two_sources_apart(string mode, string before, string after)
    {
        Assert.NotEqual(Id(mode, before, after, "/shop", Uuid), Id(mode, before, after, "/stall", Uuid));
        Assert.NotEqual(Id(mode, before, after, "/shop", "7"), Id(mode, before, after, "/stall", "7"));
        Assert.NotEqual(Id(mode, before, after, "/shop", Uuid), Id(mode, before, after, "/tessera/orders", Uuid));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Knows_an_event_again_by_source_and_id_in_every_mode(string mode, string before, string after)
    {
        Assert.Equal(Id("application/json", "", "", "/shop", Uuid), Id(mode, before, after, "/shop", Uuid));
        Assert.Equal(5, Id(mode, before, after, "/shop", Uuid).Version);
        // Text is compared as it is: a foreign system may tell A from a.
        Assert.NotEqual(
            Id(mode, before, after, "/shop", Uuid), Id(mode, before, after, "/shop", Uuid.ToUpperInvariant()));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Takes_the_id_of_a_service_of_ours_as_it_is(string mode, string before, string after)
    {
        Assert.Equal(Guid.Parse(Uuid), Id(mode, before, after, "/tessera/orders", Uuid));
        // On another's stream it is a claim like any other.
        Assert.NotEqual(Guid.Parse(Uuid), Id(mode, before, after, "/tessera/payments", Uuid));
    }

    [Theory]
    [InlineData("key", "a\0b")]
    [InlineData("type", "orders.\0.v1")]
    [InlineData("source", "/sh\0p")]
    public void Parks_what_no_database_could_store_under_a_key_that_each_can(string attribute, string value)
    {
        string Given(string name, string otherwise) => name == attribute ? value : otherwise;
        var message = new WireMessage(
            "orders", 0, Given("key", "k"), null, "application/json",
            [
                new("id", "7"), new("source", Given("source", "/shop")), new("type", Given("type", "orders.y.v1")),
            ],
            "{}"u8.ToArray());
        var events = new List<DecodedEvent>();
        WireFormat.Decode(message, Some.Time, events);
        var read = Assert.Single(events);
        Assert.NotNull(read.Malformed);
        Assert.Null(EventKey.FaultOf(read.Event.Key));
    }

    [Fact]
    public void Parks_a_key_that_no_index_could_hold()
    {
        Assert.Null(EventKey.FaultOf(new string('ж', EventKey.BytesMax / 2)));
        Assert.NotNull(EventKey.FaultOf(new string('ж', (EventKey.BytesMax / 2) + 1)));
        var events = new List<DecodedEvent>();
        WireFormat.Decode(
            WireFormat.Encode(Some.Event(new string('x', EventKey.BytesMax + 1)), 0), Some.Time, events);
        Assert.Contains("1025 bytes", Assert.Single(events).Malformed, StringComparison.Ordinal);
    }

    private static Guid Id(string mode, string before, string after, string source, string id)
    {
        var body = mode == "application/json"
            ? "{}"
            : $"{before}{{\"id\":\"{id}\",\"type\":\"orders.y.v1\",\"source\":\"{source}\",\"data\":{{}}}}{after}";
        var events = new List<DecodedEvent>();
        WireFormat.Decode(
            new WireMessage(
                "orders", 0, "k", null, mode, [new("id", id), new("source", source), new("type", "orders.y.v1")],
                Encoding.UTF8.GetBytes(body)), Some.Time, events);
        Assert.Null(events.Single().Malformed);
        return events.Single().Event.Id;
    }
}
