using System.Text.Json;
using System.Text.Json.Nodes;
using Tessera.Ops.Calling;

namespace Tessera.Ops.Tests;

public sealed class MaskedBodyTests
{
    private static readonly JsonElement before = JsonSerializer.SerializeToElement(new
    {
        order = "none",
        email = "ada@example.org",
        address = new { line1 = "1 High Street", codes = new[] { "a", "b" } },
        pence = 12,
    });

    [Fact]
    public void What_was_hidden_comes_back_to_its_place_and_what_was_changed_stays_changed()
    {
        var shown = MaskedBody.Of(before);
        Assert.DoesNotContain("ada@", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("High Street", shown, StringComparison.Ordinal);
        var edited = JsonNode.Parse(shown.Replace("none", "some", StringComparison.Ordinal))!;
        Assert.Null(MaskedBody.Restore(edited, before));
        Assert.Equal("some", (string?)edited["order"]);
        Assert.Equal("ada@example.org", (string?)edited["email"]);
        Assert.Equal("1 High Street", (string?)edited["address"]!["line1"]);
        Assert.Equal("b", (string?)edited["address"]!["codes"]![1]);
    }

    [Theory]
    [InlineData("""{"note":"•••"}""", "$.note")]
    [InlineData("""{"order":["•••"]}""", "$.order[0]")]
    [InlineData("\"•••\"", "$ ")]
    public void A_mask_at_a_place_that_hides_nothing_is_refused_and_named(string body, string place) =>
        Assert.StartsWith(place, MaskedBody.Restore(JsonNode.Parse(body), before), StringComparison.Ordinal);

    [Theory]
    [InlineData("""[{"id":2,"name":"•••"}]""")] // The first was taken out: the second must not get its name.
    [InlineData("""[{"id":0},{"id":1,"name":"•••"},{"id":2,"name":"•••"}]""")]
    [InlineData("""[{"id":2,"name":"•••"},{"id":1,"name":"•••"}]""")]
    [InlineData("""[{"id":2,"name":"•••"},{"id":3,"name":"Cy"}]""")]
    public void What_is_hidden_in_a_list_never_comes_to_stand_at_another_element(string list)
    {
        var edited = JsonNode.Parse($$"""{"people":{{list}}}""");
        Assert.StartsWith(
            "$.people has other elements", MaskedBody.Restore(edited, People()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"id":2,"name":"Bo"}]""", "Bo")]
    [InlineData("""[{"id":5,"name":"•••"},{"id":2,"name":"•••"}]""", "Ada Bo")] // The number was wrong.
    public void A_list_may_lose_elements_whose_hidden_parts_are_written_out_and_be_mended_in_place(
        string list, string names)
    {
        var edited = JsonNode.Parse($$"""{"people":{{list}}}""")!;
        Assert.Null(MaskedBody.Restore(edited, People()));
        Assert.Equal(names, string.Join(' ', edited["people"]!.AsArray().Select(one => (string?)one!["name"])));
    }

    private static JsonElement People() => JsonSerializer.SerializeToElement(new
    {
        people = new[] { new { id = 1, name = "Ada" }, new { id = 2, name = "Bo" } },
    });
}
