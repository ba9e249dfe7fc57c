using Tessera.Ops.Seeing;

namespace Tessera.Ops.Tests;

public sealed class MetricsTextTests
{
    private static readonly HashSet<string> names = ["a_total", "b"];

    [Fact]
    public void Reads_names_labels_and_numbers_and_leaves_out_what_it_cannot_read()
    {
        var samples = MetricsText.Read(
            "# HELP a_total Of a.\n"
                + "a_total{x=\"1\",y=\"a \\\"b\\\" } , c\\\\d\\ne\"} 2.5 1764270000 # {trace_id=\"f\"} 1\n"
                + "b 3\r\nb{} +Inf\nb{le=\"0.5\"\nb{x} 1\nb NaN\nother 9\n\nb",
            names).ToList();
        Assert.Equal([("a_total", 2.5), ("b", 3), ("b", double.PositiveInfinity)],
            samples.Select(sample => (sample.Name, sample.Value)));
        Assert.Equal(("1", "a \"b\" } , c\\d\ne", ""), (samples[0]["x"], samples[0]["y"], samples[0]["z"]));
    }

    [Fact]
    public void A_share_lies_between_two_bounds_and_beyond_the_last_it_is_not_told()
    {
        var tally = new Tally();
        tally.AddWithin(0.1, 50);
        tally.AddWithin(1, 100);
        tally.AddWithin(double.PositiveInfinity, 100);
        Assert.Equal(0.55, tally.Within(0.75)!.Value, 3);
        Assert.Equal(0.1, tally.Within(0.5)!.Value, 3);
        var slow = new Tally();
        slow.AddWithin(10, 1);
        slow.AddWithin(double.PositiveInfinity, 9);
        Assert.Equal(double.PositiveInfinity, slow.Within(0.99));
        Assert.Null(new Tally().Within(0.99));
    }
}
