using Tessera.Bench;

namespace Tessera.Flow;

/// <summary>How fast waiting events are handled durably, beside the bare client that reads the
/// same single messages.</summary>
internal static class ConsumeRun
{
    public static async Task MeasureAsync(Run run)
    {
        var (raw, frames, single) = (0.0, 0.0, 0.0);
        await using var witness = await Witness.StartAsync(run.Broker);
        await run.InTurnAsync(
            async () => raw = await RawAsync(run, witness),
            async () => frames = await LibraryAsync(run, witness, frames: true),
            async () => single = await LibraryAsync(run, witness, frames: false));
        run.Report("events", run.Options.Events);
        run.Report("raw_messages_per_s", raw);
        run.Report("frames_events_per_s", frames);
        run.Report("single_events_per_s", single);
        run.Report("frames_to_raw", frames / raw, 2);
        run.Report("single_to_raw", single / raw, 2);
    }

    private static async Task<double> RawAsync(Run run, Witness witness)
    {
        var count = run.Options.WarmUp + run.Options.Events;
        await witness.LoadAsync(run.Next(count), count, run.Options.Keys, frames: false);
        await using var node = await run.StartAsync(Roles.RawConsumer);
        var all = await DoneAsync(node, count);
        if (all != count) throw new InvalidOperationException($"Not whole: {all} of {count} messages were read.");
        return (await node.QuietAsync(run.Options.WarmUp)).PerSecond;
    }

    private static async Task<double> LibraryAsync(Run run, Witness witness, bool frames)
    {
        var count = run.Options.WarmUp + run.Options.Events;
        var first = run.Next(count);
        await witness.LoadAsync(first, count, run.Options.Keys, frames);
        await using var database = await run.CreateDatabaseAsync(frames ? "frames" : "single");
        await using var node = await run.StartAsync(Roles.Consumer, database);
        await DoneAsync(node, count);
        await database.VerifySeenAsync(first, count);
        return (await node.QuietAsync(run.Options.WarmUp)).PerSecond;
    }

    /// <summary>Waits until nothing more is read; a pause before the end is waited for, within reason.</summary>
    private static async Task<int> DoneAsync(Node node, int count)
    {
        var all = (await node.QuietAsync()).Count;
        for (var waits = 0; all < count && waits < 100; waits++)
        {
            await Task.Delay(100);
            all = (await node.QuietAsync()).Count;
        }
        return all;
    }
}
