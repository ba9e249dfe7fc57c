namespace Tessera.Gateway.Tests;

/// <summary>What <c>/health</c> says of the whole.</summary>
public sealed class WholeHealthTests
{
    [Theory]
    [InlineData("Healthy", "orders Healthy", "users Healthy")]
    [InlineData("Degraded", "orders Healthy", "orders Unreachable", "users Healthy")]
    [InlineData("Unhealthy", "orders Unreachable", "users Healthy")]
    [InlineData("Unhealthy", "orders Unhealthy", "users Healthy")]
    [InlineData("Healthy", "orders Healthy", "notifications Healthy")]
    [InlineData("Healthy", "orders Healthy", "notifications Unreachable")] // The store is whole without it.
    [InlineData("Degraded", "orders Healthy", "notifications Unhealthy")]
    [InlineData("Degraded", "orders Healthy", "notifications Degraded", "notifications Healthy")]
    [InlineData("Unhealthy", "orders Unreachable", "notifications Healthy")]
    public void Counts_what_the_store_needs_and_tells_of_what_is_not_well(string expected, params string[] replicas) =>
        Assert.Equal(expected, ReadHealth.StatusOf(replicas.Select(replica => replica.Split(' ')).Select(
            replica => new ReplicaHealth(replica[0], replica[0] + "-1", replica[1], 1, null, null, true, true, null))));

    [Theory]
    [InlineData("notifications", false, "NotStarted\"><td>notifications-1</td>\n<td>not started<")]
    [InlineData("notifications", true, "Unreachable\"><td>notifications-1</td>\n<td>Unreachable<")] // It stopped.
    [InlineData("orders", false, "Unreachable\"><td>orders-1</td>\n<td>Unreachable<")] // Needed, started or not.
    public void Its_page_alarms_nobody_of_what_was_never_started(string service, bool hasAnswered, string row) =>
        Assert.Contains(row, ShowHealth.Page(new SystemHealth("Healthy",
            [new(service, service + "-1", "Unreachable", 1, null, null, false, hasAnswered, null)])),
            StringComparison.Ordinal);
}
