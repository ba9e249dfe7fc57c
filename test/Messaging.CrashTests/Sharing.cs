using System.Diagnostics;
using Tessera.Messaging.CrashHost;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.CrashTests;

/// <summary>Two processes of each service share the work; when one dies the other goes on.</summary>
public abstract class Sharing(CrashBackend backend) : IDisposable
{
    // At the pace below, enough to outlast the start of two processes on a loaded machine.
    private const int Events = 3_000;

    private readonly TemporaryFolder _folder = new("share");

    /// <summary>From the death of a process until every key goes on.</summary>
    protected virtual TimeSpan TakeoverMax => TimeSpan.FromSeconds(5);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Goes_on_in_order_when_one_of_two_processes_is_killed()
    {
        // With the leases that are the default, and enough keys for every shard and partition.
        var settings = await backend.NewRunAsync(_folder) with
        {
            Events = Events, Keys = 20, Poison = -1, Stay = true,
            LeaseDuration = TimeSpan.FromSeconds(3), PublishPause = TimeSpan.FromMilliseconds(20),
        };
        using var first = await HostProcess.StartAsync(settings);
        using var second = await HostProcess.StartAsync(settings with { Standby = true });
        using var reader = new ScenarioReader(settings);
        await Eventually.HoldsAsync("a part is done", async () => (await reader.ReadAsync()).Confirmed.Count >= 100);

        await first.KillAsync();
        var waiting = Stopwatch.StartNew();
        var before = (await reader.ReadAsync()).Confirmed.Count;
        Assert.InRange(before, 1, Events - 400);
        await Eventually.HoldsAsync(
            "every key goes on",
            async () => (await reader.ReadAsync()).Confirmed.Skip(before)
                .Select(effect => effect.Key).Distinct().Count() == 20,
            TimeSpan.FromSeconds(60));
        // The publishing that the second process takes over from the first is the scenario's, not the library's.
        Assert.InRange(waiting.Elapsed, TimeSpan.Zero, TakeoverMax + (2 * OrdersDriver.StandbyPause));
        await Eventually.HoldsAsync(
            "all is done",
            async () => await reader.ReadAsync() is var now
                && now.Confirmed.Count >= Events && now.Fired.Count >= Events,
            TimeSpan.FromSeconds(60));
        var result = await reader.ReadAsync();
        CrashPoints.AssertOnceAndInOrder(settings, result.Seen);
        CrashPoints.AssertOnceAndInOrder(settings, result.Confirmed);
        Assert.True(second.IsRunning);
    }
}

/// <summary>It measures a time, so nothing else of this project runs beside it.</summary>
[CollectionDefinition(nameof(Sharing), DisableParallelization = true)]
public sealed class SharingAlone;

[Collection(nameof(Sharing))]
public sealed class SharingOnEmbeddedAndSqlite(EmbeddedAndSqlite backend) : Sharing(backend);
