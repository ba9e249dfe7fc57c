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
    [InlineData("""{"address":{"codes":["•••","•••","•••"]}}""", "$.address.codes[2]")]
    [InlineData("\"•••\"", "$ ")]
    public void A_mask_at_a_place_that_hides_nothing_is_refused_and_named(string body, string place) =>
        Assert.StartsWith(place, MaskedBody.Restore(JsonNode.Parse(body), before), StringComparison.Ordinal);
}
