using System.Text.Json.Nodes;
using Tessera.Releasing.Comparing;
using Tessera.Releasing.Contracts;

namespace Tessera.Releasing.Tests.Comparing;

/// <summary>What a service offers now against all that is retained of it.</summary>
public sealed class GateTests
{
    private const string Placed = "orders.order-placed.v1";
    private const string PlacedNext = "orders.order-placed.v2";

    public static TheoryData<string, string, string> FixedMembers() => new()
    {
        { "x-stream", "purchases", "stream-changed" },
        { "x-source", "/shop/orders", "source-changed" },
        { "x-key", "buyer", "key-changed" },
        { "x-partitions", "8", "partitions-changed" },
        { "x-datacontenttype", "application/avro", "content-type-changed" },
    };

    [Theory, MemberData(nameof(FixedMembers))]
    public void Catches_a_change_of_what_brokers_and_readers_are_set_up_by(string member, string value, string rule)
    {
        var (before, now) = (Event("{order!:text}"), Event("{order!:text}"));
        Assert.Empty(Breaches(With((Placed, now)), With((Placed, before))));
        now[member] = value;
        Assert.Equal(rule, Assert.Single(Breaches(With((Placed, now)), With((Placed, before)))).Rule);
    }

    [Fact]
    public void Compares_with_every_release_that_is_retained()
    {
        var old = With((Placed, Event("{order!:text,note!:text}")));
        var newer = With((Placed, Event("{order!:text}"))) with { Version = "1.1.0" };
        var breach = Assert.Single(Breaches(newer with { Version = "1.2.0" }, old, newer));
        Assert.Equal(("property-removed", $"{Placed} note", "orders 1.0.0"), (breach.Rule, breach.Where, breach.Since));
    }

    [Fact]
    public void Catches_an_event_that_is_gone() =>
        Assert.Equal("event-removed", Assert.Single(Breaches(With(), With((Placed, Event("{order!:text}"))))).Rule);

    [Fact]
    public void A_new_version_beside_the_old_one_breaks_nobody() => Assert.Empty(Breaches(
        With((Placed, Event("{order!:text}")), (PlacedNext, Event("{id!:text}"))),
        With((Placed, Event("{order!:text}")))));

    [Fact]
    public void A_version_may_not_go_in_the_release_in_which_the_next_one_comes() => Assert.Equal(
        "event-removed",
        Assert.Single(Breaches(With((PlacedNext, Event("{id!:text}"))), With((Placed, Event("{order!:text}"))))).Rule);

    [Fact]
    public void A_version_may_go_after_a_release_that_had_both_when_nobody_reads_it()
    {
        var first = With((Placed, Event("{order!:text}")));
        var both = With((Placed, Event("{order!:text}")), (PlacedNext, Event("{id!:text}"))) with { Version = "1.1.0" };
        var after = With((PlacedNext, Event("{id!:text}"))) with { Version = "1.2.0" };
        Assert.Empty(Gate.Breaches(after, [first, both], namedByReaders: []));
        Assert.Equal("event-removed",
            Assert.Single(Gate.Breaches(after, [first, both], namedByReaders: [Placed])).Rule);
    }

    [Fact]
    public void Catches_a_type_that_comes_back()
    {
        var had = With((Placed, Event("{order!:text}")));
        var without = With() with { Version = "1.1.0" };
        Assert.Contains(Breaches(had with { Version = "1.2.0" }, had, without),
            each => each.Rule == "event-type-reused");
        Assert.Empty(Breaches(had with { Version = "1.2.0" }, had));
    }

    private static IReadOnlyList<Breach> Breaches(ServiceContract now, params ServiceContract[] releases) =>
        Gate.Breaches(now, releases, namedByReaders: []);

    private static ServiceContract With(params (string Type, JsonObject Event)[] events) => new(
        "orders", "1.0.0", null, events.ToDictionary(each => each.Type, each => each.Event),
        new Dictionary<string, string>());

    private static JsonObject Event(string shape)
    {
        var contract = Write.Shape(shape);
        contract["x-stream"] = "orders";
        contract["x-source"] = "/tessera/orders";
        contract["x-key"] = "order";
        contract["x-partitions"] = 4;
        contract["x-datacontenttype"] = "application/json";
        return contract;
    }
}
