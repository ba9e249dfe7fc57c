using Tessera.Messaging.Conformance;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

public sealed class SuiteTests
{
    [Fact]
    public void Every_backend_binds_every_suite_or_says_why() =>
        Assert.Empty(Suites.Unbound([.. typeof(SuiteTests).Assembly.GetTypes().Except([typeof(ExcusedBackend)])]));

    [Fact]
    public void Catches_a_backend_that_leaves_a_suite_unbound()
    {
        var unbound = Suites.Unbound([typeof(SqliteBackend), typeof(SqliteInbox), typeof(SqliteTimers)]);
        Assert.Contains(
            unbound, line => line.StartsWith("SqliteBackend does not bind OutboxPromises", StringComparison.Ordinal));
        Assert.DoesNotContain(unbound, line => line.Contains("InboxPromises", StringComparison.Ordinal));
    }

    [Fact]
    public void A_reason_excuses_a_suite_and_silence_does_not()
    {
        var unbound = Suites.Unbound([typeof(ExcusedBackend)]);
        Assert.DoesNotContain(unbound, line => line.Contains("TimerPromises", StringComparison.Ordinal));
        Assert.Contains(unbound, line => line.Contains("LeasePromises", StringComparison.Ordinal));
    }
}

[Unbound(typeof(TimerPromises), "A sample of a reason.")]
[Unbound(typeof(LeasePromises), " ")]
internal sealed class ExcusedBackend : StoreBackend
{
    public override string Name => "sample";

    public override Task<StoreDatabase> NewDatabaseAsync() => throw new NotSupportedException();
}
