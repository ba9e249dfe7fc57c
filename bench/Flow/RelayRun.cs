namespace Tessera.Flow;

/// <summary>How fast committed events get from the outbox to the broker, beside the bare client
/// of the same bodies.</summary>
internal static class RelayRun
{
    public static async Task MeasureAsync(Run run)
    {
        var (raw, frames, single) = (0.0, 0.0, 0.0);
        await using var witness = await Witness.StartAsync(run.Broker);
        await run.InTurnAsync(
            async () => raw = await RawAsync(run),
            async () => frames = await LibraryAsync(run, witness, frames: true),
            async () => single = await LibraryAsync(run, witness, frames: false));
        run.Report("events", run.Options.Events);
        run.Report("raw_messages_per_s", raw);
        run.Report("frames_events_per_s", frames);
        run.Report("single_events_per_s", single);
        run.Report("raw_to_frames", raw / frames, 2);
        run.Report("raw_to_single", raw / single, 2);
    }

    private static async Task<double> RawAsync(Run run)
    {
        var options = run.Options;
        await using var raw = await RawClient.ConnectAsync(run.Broker);
        await raw.DeclareAsync();
        await using var node = await run.StartAsync(Roles.RawPublisher);
        await node.ProduceAsync(0, options.WarmUp, options.Keys);
        await node.ClearAsync();
        await node.ProduceAsync(options.WarmUp, options.Events, options.Keys);
        var span = await node.QuietAsync();
        var count = await raw.CountAsync();
        if (count != options.WarmUp + options.Events)
        {
            throw new InvalidOperationException(
                $"Not whole: {count} of {options.WarmUp + options.Events} messages are at the broker.");
        }
        return span.PerSecond;
    }

    private static async Task<double> LibraryAsync(Run run, Witness witness, bool frames)
    {
        await using var database = await run.CreateDatabaseAsync(frames ? "frames" : "single");
        await run.FillOutboxAsync(database, run.Options.WarmUp);
        await using (var node = await run.StartAsync(Roles.Publisher, database, frames))
        {
            await node.RelayedAsync(database);
            await node.ClearAsync();
            await run.FillOutboxAsync(database, run.Options.Events);
            var span = await node.RelayedAsync(database);
            await witness.VerifyAsync(run.Published);
            return run.Options.Events / span.Seconds;
        }
    }
}
