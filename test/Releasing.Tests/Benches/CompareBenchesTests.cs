using Tessera.Releasing.Benches;

namespace Tessera.Releasing.Tests.Benches;

public sealed class CompareBenchesTests
{
    private const double Quarter = 0.25;

    private static readonly string last = File.ReadAllText(
        Path.Combine(Here.Root, "bench", "results", "order-hop.jsonl"));

    [Fact]
    public void Finds_the_recorded_result_no_worse_than_itself() =>
        Assert.DoesNotContain(CompareBenches.Compare(last, last, Quarter), ratio => ratio.IsWorse);

    [Fact]
    public void A_slower_machine_changes_no_ratio() =>
        Assert.DoesNotContain(
            CompareBenches.Compare(Run(6000, 8000, 0.08, 0.05), Run(3000, 4000, 0.16, 0.10), Quarter),
            ratio => ratio.IsWorse);

    [Fact]
    public void What_has_become_worse_than_the_bound_is_named_and_no_other()
    {
        var worse = CompareBenches.Compare(Run(6000, 8000, 0.08, 0.05), Run(4500, 8000, 0.08, 0.05), Quarter)
            .Where(ratio => ratio.IsWorse);
        Assert.Equal(
            "worse  rabbitmq completed_per_s: 0.75 of the bare one, now 0.56", Assert.Single(worse).ToString());
        worse = CompareBenches.Compare(Run(6000, 8000, 0.08, 0.05), Run(6000, 8000, 0.12, 0.05), Quarter)
            .Where(ratio => ratio.IsWorse);
        Assert.Equal("cpu_ms_app", Assert.Single(worse).Figure);
    }

    [Theory]
    [InlineData(4900, 0.099)]
    [InlineData(9000, 0.02)]
    public void What_is_better_or_within_the_bound_passes(int perSecond, double cpu) =>
        Assert.DoesNotContain(
            CompareBenches.Compare(Run(6000, 8000, 0.08, 0.05), Run(perSecond, 8000, cpu, 0.05), Quarter),
            ratio => ratio.IsWorse);

    [Fact]
    public void One_bad_repetition_of_three_decides_nothing() =>
        Assert.DoesNotContain(
            CompareBenches.Compare(
                Run(6000, 8000, 0.08, 0.05),
                Run(6000, 8000, 0.08, 0.05) + Run(6000, 8000, 0.08, 0.05) + Run(100, 8000, 9, 0.05), Quarter),
            ratio => ratio.IsWorse);

    [Theory]
    [InlineData("", "has no contender with a bare one")]
    [InlineData("{\"contender\":\"rabbitmq\",\"cpu_ms_app\":1}", "has no contender with a bare one")]
    [InlineData("| a table |", "Line 1 of the new result is no line of a benchmark")]
    [InlineData("{\"cpu_ms_app\":1}", "Line 1 of the new result is no line of a benchmark")]
    public void What_is_no_result_is_refused(string text, string because) =>
        Assert.Contains(
            because,
            Assert.Throws<ReleaseException>(() => CompareBenches.Compare(last, text, Quarter)).Message,
            StringComparison.Ordinal);

    private static string Run(int ours, int bare, double ourCpu, double bareCpu) => FormattableString.Invariant(
        $$"""
        {"contender":"rabbitmq","repetition":1,"orders":20000,"completed_per_s":{{ours}},"cpu_ms_app":{{ourCpu}}}
        {"contender":"rabbitmq-floor","repetition":1,"orders":20000,"completed_per_s":{{bare}},"cpu_ms_app":{{bareCpu}}}

        """);
}
