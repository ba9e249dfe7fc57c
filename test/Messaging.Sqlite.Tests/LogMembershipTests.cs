using Tessera.Messaging.Transport;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

/// <summary>What a process knows of its leases while others take and give them.</summary>
public sealed class LogMembershipTests : IAsyncDisposable
{
    private readonly LogUnderTest _log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_partition_lost_and_won_back_during_a_delivery_revokes_it_and_settles_nothing_of_it()
    {
        await _log.StartAsync("orders");
        using var log = new EmbeddedLog(new EmbeddedTransportOptions { File = _log.File }, TimeProvider.System);
        using var membership = new LogMembership(log, new Subscription("orders", 4, "inventory"));
        using var delivery = new CancellationTokenSource();
        await membership.ExchangeAsync(Stop);
        var partitions = await membership.BeginAsync(delivery, Stop);
        Assert.Equal([0, 1, 2, 3], partitions.Select(position => position.Partition));

        await SetOwnerOfPartition1Async(log, "'another'");
        await membership.ExchangeAsync(Stop);
        Assert.True(delivery.IsCancellationRequested);
        await SetOwnerOfPartition1Async(log, "NULL");
        await membership.ExchangeAsync(Stop);

        var settled = await membership.EndAsync([.. partitions.Select(position => position with { Next = 5 })]);
        Assert.Equal([0, 2, 3], settled.Select(position => position.Partition));
        var again = await membership.BeginAsync(delivery, Stop);
        Assert.Equal([5, 0, 5, 5], again.Select(position => position.Next));
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private static Task<int> SetOwnerOfPartition1Async(EmbeddedLog log, string owner) => log.Writer.RunAsync(
        LogWrite.Note,
        link => link.Execute($"UPDATE msg_leases SET owner = {owner}, token = token + 1 WHERE slot = 1"), Stop);
}
