using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>What <c>up</c> says when the store is ready.</summary>
public sealed class WelcomeTests
{
    [Fact]
    public void Names_what_is_not_there_yet_and_nothing_that_is_or_will_not_be()
    {
        var state = new RunState(
            ProcessIdentity.Current, TimeProvider.System.GetUtcNow(), "http://127.0.0.1:8080", "embedded", "sqlite",
            RunState.Running,
            [
                Service("orders", "ready"), Service("notifications", "building"), Service("loyalty", "building"),
                Service("other", "absent"),
            ],
            [], []);
        Assert.Equal(
            [
                "Tessera is ready at http://127.0.0.1:8080",
                "notifications is building still; what happens until it is ready waits for it " +
                "(log: notifications.log)",
                "loyalty is building still, and hears of what happens from when it is ready (log: loyalty.log)",
            ],
            PlainProgress.Welcome(state, null));
        Assert.Contains(
            "notifications is building still, and hears of what happens from when it is ready (log: notifications.log)",
            PlainProgress.Welcome(state with { Broker = "rabbitmq" }, null));
    }

    [Theory]
    [InlineData("starting", "orders is still starting, and said last: Applied the schema (log: orders.log)")]
    [InlineData("unready", "orders is not ready: Applied the schema (log: orders.log)")]
    public void Tells_a_slow_start_from_a_failure(string state, string line) => Assert.Equal(
        line, PlainProgress.Line(Service("orders", state) with { Why = "Applied the schema" }));

    [Theory]
    [InlineData(null, 120)]
    [InlineData("", 120)]
    [InlineData("10m", 600)]
    public void Waits_as_long_as_it_is_told(string? given, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ReadyTimeout.Parse(given));

    [Fact]
    public void Names_the_variable_that_holds_no_time()
    {
        var refused = Assert.Throws<UserError>(() => ReadyTimeout.Parse("soon"));
        Assert.Equal("TESSERA_READY_TIMEOUT: 'soon' is no time; write 30s, 10m, 2h or 1d.", refused.Message);
    }

    private static InstanceState Service(string name, string state) =>
        new(name, name, state, "http://127.0.0.1:1", 1, 2, null, 0, name + ".log");
}
