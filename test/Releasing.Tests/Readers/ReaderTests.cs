using System.Text.Json.Nodes;
using Tessera.Releasing.Comparing;
using Tessera.Releasing.Readers;
using Tessera.Releasing.Tests.Comparing;

namespace Tessera.Releasing.Tests.Readers;

/// <summary>What readers say they use, where it meets what is published.</summary>
public sealed class ReaderTests
{
    private const string Released = "inventory.stock-released.v1";

    public static TheoryData<string, string, string> Felt() => new()
    {
        { """{ "note": "string" }""", "{note!:text}", "{}" },
        { """{ "note": "string" }""", "{note!:text}", "{note:text}" },
        { """{ "note": "string uuid" }""", "{note!:text/uuid}", "{note!:text}" },
        { """{ "note": "string" }""", "{note!:text}", "{note!:text?}" },
        { """{ "lines[].sku": "string" }""", "{lines!:[{sku!:text}]}", "{lines!:[{code!:text}]}" },
        {
            """{ "why": { "type": "string", "values": ["expired"] } }""", "{why!:expired|cancelled}",
            "{why!:late|cancelled}"
        },
        {
            """{ "why": { "type": "string", "values": ["expired"], "only": true } }""", "{why!:expired|}",
            "{why!:expired|cancelled}"
        },
    };

    [Theory, MemberData(nameof(Felt))]
    public void Catches_what_the_reader_would_feel(string uses, string before, string now)
    {
        Assert.Empty(Breaches(uses, Write.Shape(before)));
        var breach = Assert.Single(Breaches(uses, Write.Shape(now)));
        Assert.Equal("reader-would-feel", breach.Rule);
        Assert.Contains("orders", breach.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Catches_a_word_that_is_said_no_more_which_no_rule_of_shapes_forbids()
    {
        const string uses = """{ "why": { "type": "string", "values": ["expired"] } }""";
        var (before, now) = (Words("cancelled", "expired"), Words("cancelled", "timed-out"));
        var breaches = new List<Breach>();
        new CompareShapes(Direction.Stored, breaches).Compare("", Shape.Of(before, before), Shape.Of(now, now));
        Assert.Empty(breaches);
        Assert.Empty(Breaches(uses, before));
        Assert.Contains("is never 'expired', and orders waits for that", Assert.Single(Breaches(uses, now)).Sentence,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Catches_an_optional_member_that_goes_which_no_rule_of_shapes_forbids()
    {
        var (before, now) = (Write.Shape("{a!:int,b:int}"), Write.Shape("{a!:int}"));
        var breaches = new List<Breach>();
        new CompareShapes(Direction.Stored, breaches).Compare("", Shape.Of(before, before), Shape.Of(now, now));
        Assert.Empty(breaches);
        const string uses = """{ "b": { "type": "integer", "optional": true } }""";
        Assert.Empty(Breaches(uses, before));
        Assert.Empty(Breaches(uses, now)); // It has a default.
        Assert.Single(Breaches("""{ "b": "integer" }""", now)); // It has none.
    }

    [Fact]
    public void Catches_another_order_than_the_reader_counts_on()
    {
        var contract = Write.Shape("{order!:text,sku!:text}");
        contract["x-key"] = "order";
        var statements = ReaderStatement.Parse(
            "orders", $$"""{ "{{Released}}": { "orderedBy": "order", "uses": { "order": "string" } } }""");
        Assert.Empty(CheckReaders.Breaches("inventory", Events(contract), statements));
        contract["x-key"] = "sku";
        Assert.Single(CheckReaders.Breaches("inventory", Events(contract), statements));
    }

    [Fact]
    public void Catches_an_event_that_is_read_and_that_nobody_publishes() => Assert.Single(CheckReaders.Breaches(
        "inventory", new Dictionary<string, JsonObject>(),
        ReaderStatement.Parse("orders", $$"""{ "{{Released}}": { "uses": {} } }""")));

    [Fact]
    public void Minds_statements_about_other_streams_no_more_than_their_publishers_do() => Assert.Empty(
        CheckReaders.Breaches("inventory", new Dictionary<string, JsonObject>(),
            ReaderStatement.Parse("orders", """{ "payments.payment-captured.v1": { "uses": {} } }""")));

    [Fact]
    public void Catches_a_handled_event_without_a_statement_and_a_statement_without_a_handler()
    {
        var described = Described("{order!:text}");
        Assert.Single(Faults(described, []));
        Assert.Empty(Faults(described, Statements(Released, "order")));
        Assert.Equal(2, Faults(described, Statements("a.b.v1", "order")).Count);
        Assert.Contains(Faults(described, Statements(Released, "color")),
            fault => fault.Contains("which the reader's own record has not", StringComparison.Ordinal));
    }

    [Fact]
    public void Catches_a_reader_that_refuses_what_it_does_not_know()
    {
        var described = Described("{order!:text}");
        described["reads"]![0]!["ignoresUnknown"] = false;
        Assert.Contains("refuses what it does not know",
            Assert.Single(Faults(described, Statements(Released, "order"))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Catches_a_member_that_is_used_and_not_said_to_be_and_one_that_is_said_to_be_and_not_used()
    {
        var described = Described("{order!:text,sku!:text}");
        var statements = Statements(Released, "order");
        Assert.Empty(Faults(described, statements));
        Assert.Contains("uses sku of", Assert.Single(Faults(described, statements, "A.B.Order", "A.B.Sku")),
            StringComparison.Ordinal);
        Assert.Contains("names order of", Assert.Single(Faults(described, statements, "A.C.Order")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Finds_what_a_program_reads_of_the_records_of_others()
    {
        var used = UsedMembers.Of(typeof(ReaderTests).Assembly.Location);
        Assert.Contains("Tessera.Releasing.Comparing.Breach.Sentence", used);
        Assert.DoesNotContain("Tessera.Releasing.Readers.ReaderStatement.Reader", used);
    }

    private static IReadOnlyList<string> Faults(
        JsonObject described, IReadOnlyList<ReaderStatement> statements, params string[] used) =>
        [.. CheckReads.Faults("orders", described, statements, (used.Length > 0 ? used : ["A.B.Order"]).ToHashSet())];

    private static IReadOnlyList<ReaderStatement> Statements(string type, string member) =>
        ReaderStatement.Parse("orders", $$"""{ "{{type}}": { "uses": { "{{member}}": "string" } } }""");

    private static JsonObject Described(string shape) => new()
    {
        ["reads"] = new JsonArray(new JsonObject
        {
            ["type"] = Released,
            ["schema"] = Write.Shape(shape),
            ["ignoresUnknown"] = true,
            ["members"] = new JsonObject { ["order"] = "A.B.Order", ["sku"] = "A.B.Sku" },
        }),
    };

    private static IReadOnlyList<Breach> Breaches(string uses, JsonObject contract) =>
    [
        .. CheckReaders.Breaches("inventory", Events(contract),
            ReaderStatement.Parse("orders", $$"""{ "{{Released}}": { "uses": {{uses}} } }""")),
    ];

    private static Dictionary<string, JsonObject> Events(JsonObject contract) => new() { [Released] = contract };

    private static JsonObject Words(params string[] words)
    {
        var shape = Write.Shape("{why!:text}");
        shape["properties"]!["why"]!["x-extensible-enum"] =
            new JsonArray([.. words.Select(word => JsonValue.Create(word))]);
        return shape;
    }
}
