using System.Text.Json.Nodes;
using Tessera.Releasing.Comparing;

namespace Tessera.Releasing.Tests.Comparing;

public sealed class CompareShapesTests
{
    public static TheoryData<int> Caught() => [.. Enumerable.Range(0, ShapeSamples.Caught.Length)];

    public static TheoryData<int> Passing() => [.. Enumerable.Range(0, ShapeSamples.Passing.Length)];

    [Theory, MemberData(nameof(Caught))]
    public void Catches_a_change_where_somebody_feels_it_and_nowhere_else(int number)
    {
        var sample = ShapeSamples.Caught[number];
        foreach (var direction in Enum.GetValues<Direction>())
        {
            var rules = Compare(sample, direction).Select(breach => breach.Rule).ToArray();
            if (sample.Breaks.Contains(direction))
                Assert.True(rules is [var rule] && rule == sample.Rule, Told(sample, direction, rules));
            else Assert.True(rules.Length == 0, Told(sample, direction, rules));
        }
    }

    [Theory, MemberData(nameof(Passing))]
    public void Lets_pass_what_nobody_feels(int number)
    {
        foreach (var direction in Enum.GetValues<Direction>())
            Assert.Empty(Compare(ShapeSamples.Passing[number], direction));
    }

    [Fact]
    public void Names_what_broke_and_where_and_what_to_do_in_one_sentence()
    {
        var breach = Assert.Single(Compare(
            new ShapeSample("", "{lines!:[{sku!:text}]}", "{lines!:[{}]}"), Direction.Stored));
        Assert.Equal("a.b.v1 lines[].sku", breach.Where);
        Assert.Equal(
            "is gone, and its readers need it; keep it until no reader is left, or publish a new version of the event "
            + "beside this one.", breach.Sentence);
    }

    [Fact]
    public void Sees_a_shape_the_same_by_reference_and_in_place_and_ends_in_one_that_holds_itself()
    {
        var document = JsonNode.Parse(
            """
            { "tree": { "type": "object", "properties": { "name": { "$ref": "#/text" },
                "inner": { "oneOf": [{ "type": "null" }, { "$ref": "#/tree" }] } } },
              "text": { "type": "string" } }
            """)!;
        var changed = document.DeepClone();
        changed["text"]!["type"] = "integer";
        var breaches = new List<Breach>();
        new CompareShapes(Direction.Stored, breaches).Compare("t ", At(document), At(document.DeepClone()));
        Assert.Empty(breaches);
        new CompareShapes(Direction.Stored, breaches).Compare("t ", At(document), At(changed));
        Assert.Equal("t name", Assert.Single(breaches).Where);
    }

    [Fact]
    public void Compares_each_of_two_shapes_that_become_the_same_name()
    {
        var before = JsonNode.Parse(
            """
            { "tree": { "type": "object", "properties": {
                "one": { "type": "object", "properties": { "a": { "type": "string" } } },
                "two": { "type": "object", "properties": { "a": { "type": "integer" } } } } } }
            """)!;
        var now = JsonNode.Parse(
            """
            { "tree": { "type": "object", "properties": { "one": { "$ref": "#/x" }, "two": { "$ref": "#/x" } } },
              "x": { "type": "object", "properties": { "a": { "type": "string" } } } }
            """)!;
        var breaches = new List<Breach>();
        new CompareShapes(Direction.Stored, breaches).Compare("t ", At(before), At(now));
        Assert.Equal("t two.a", Assert.Single(breaches).Where);
    }

    private static Shape At(JsonNode document) => Shape.Of(document, new JsonObject { ["$ref"] = "#/tree" });

    private static List<Breach> Compare(ShapeSample sample, Direction direction)
    {
        var (before, now) = (Write.Shape(sample.Before), Write.Shape(sample.Now));
        var breaches = new List<Breach>();
        new CompareShapes(direction, breaches).Compare("a.b.v1 ", Shape.Of(before, before), Shape.Of(now, now));
        return breaches;
    }

    private static string Told(ShapeSample sample, Direction direction, string[] rules) =>
        $"{sample} as {direction}: {(rules.Length == 0 ? "passes" : string.Join(", ", rules))}";
}
