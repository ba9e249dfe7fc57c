using Tessera.Cli.Testing;
using Xunit;
using TestResult = Tessera.Cli.Testing.TestResult;

namespace Tessera.Cli.Tests;

public sealed class TestReportTests
{
    private static readonly TestTiming _timing = new("A.Tests", TimeSpan.Zero, TimeSpan.Zero);

    [Fact]
    public void Names_at_the_end_each_failure_and_each_broken_process_in_a_line()
    {
        var failed = new TestResult(
            _timing, 1, 2, 0, [],
            [
                new FailedTest("Adds", "Expected: 1\nActual: 2", "at Here"),
                new FailedTest("Starts", "up said: " + new string('x', 1_000) + " the disk is full", ""),
            ],
            [], null);
        var broken = TestResult.Broken(_timing, "hung") with { SaidLast = ["Unhandled exception", "at There"] };
        var lines = TestReport.Failed([failed, broken]).ToList();
        Assert.Equal("A.Tests  Adds: Expected: 1 Actual: 2", lines[0]);
        Assert.StartsWith("A.Tests  Starts: up said: xx", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("the disk is full", lines[1], StringComparison.Ordinal);
        Assert.InRange(lines[1].Length, 100, 450);
        Assert.Equal(["A.Tests  hung", "  Unhandled exception", "  at There"], lines[2..]);
    }

    [Fact]
    public void Names_nothing_when_all_passed() =>
        Assert.Empty(TestReport.Failed([new TestResult(_timing, 3, 0, 1, [], [], ["not here"], null)]));
}
