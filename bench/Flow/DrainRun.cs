using System.Diagnostics;

namespace Tessera.Flow;

/// <summary>What a relay left behind that was killed: how soon and how fast the next process sends it.</summary>
internal static class DrainRun
{
    // What the first process may send before its death, which comes in the middle of its work.
    private const int Surplus = 20_000;
    private static readonly TimeSpan KilledAfter = TimeSpan.FromMilliseconds(100);

    public static async Task MeasureAsync(Run run)
    {
        var events = run.Options.Events;
        await using var witness = await Witness.StartAsync(run.Broker);
        await using var database = await run.CreateDatabaseAsync("outbox");
        await run.FillOutboxAsync(database, run.Options.WarmUp);
        double steady;
        await using (var first = await run.StartAsync(Roles.Publisher, database))
        {
            await first.RelayedAsync(database);
            await first.ClearAsync();
            await run.FillOutboxAsync(database, events);
            steady = events / (await first.RelayedAsync(database)).Seconds;
            await first.ClearAsync();
            await run.FillOutboxAsync(database, events + Surplus);
            await first.BegunAsync();
            await Task.Delay(KilledAfter);
            await first.KillAsync();
        }

        var started = Stopwatch.GetTimestamp();
        var starting = run.StartAsync(Roles.Publisher, database);
        var stranded = await database.WaitingAsync(); // The leases of the killed process still stand.
        await using var second = await starting;
        var begun = await second.BegunAsync();
        var span = await second.RelayedAsync(database);
        var drained = stranded / span.Seconds;
        await witness.VerifyAsync(run.Published);
        if (stranded < events) throw new InvalidOperationException($"Only {stranded} events were stranded.");
        run.Report("events", events);
        run.Report("stranded", stranded);
        run.Report("steady_events_per_s", steady);
        run.Report("first_event_s", Stopwatch.GetElapsedTime(started, begun.End).TotalSeconds, 2);
        run.Report("drain_events_per_s", drained);
        run.Report("drain_to_steady", drained / steady, 2);
        run.Report("sent_twice", witness.Copies);
    }
}
