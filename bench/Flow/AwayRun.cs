using System.Diagnostics;
using System.Globalization;
using Tessera.Bench;

namespace Tessera.Flow;

/// <summary>What a publishing process needs of memory while the broker is away.</summary>
internal static class AwayRun
{
    private const int PresentSeconds = 10;

    public static async Task MeasureAsync(Run run)
    {
        var options = run.Options;
        await using var witness = await Witness.StartAsync(run.Broker);
        await using var database = await run.CreateDatabaseAsync("outbox");
        await using var node = await run.StartAsync(Roles.Publisher, database);
        await PublishAsync(run, node, PresentSeconds);
        await database.UntilEmptyAsync(TimeSpan.FromMilliseconds(250));

        if (options.Stop) await run.Server.StopAsync();
        else await run.Server.PauseAsync();
        var publishing = PublishAsync(run, node, options.Seconds);
        var samples = new List<double> { ResidentMegabytes(node.Id) };
        while (await Task.WhenAny(publishing, Task.Delay(TimeSpan.FromSeconds(1))) != publishing)
            samples.Add(ResidentMegabytes(node.Id));
        await publishing;
        samples.Add(ResidentMegabytes(node.Id));
        var waiting = await database.WaitingAsync();

        if (options.Stop) await run.Server.StartAgainAsync();
        else run.Server.Resume();
        var back = Stopwatch.GetTimestamp();
        await database.UntilEmptyAsync(TimeSpan.FromMilliseconds(250));
        var caughtUp = Stopwatch.GetElapsedTime(back);
        var after = ResidentMegabytes(node.Id);
        await witness.VerifyAsync(run.Published);
        run.Report("events", run.Published);
        run.Report("seconds_away", options.Seconds);
        run.Report("waiting", waiting);
        run.Report("first_mb", samples[0], 1);
        run.Report("median_mb", samples.Order().ElementAt(samples.Count / 2), 1);
        run.Report("last_mb", samples[^1], 1);
        run.Report("max_mb", samples.Max(), 1);
        run.Report("after_mb", after, 1);
        run.Report("caught_up_s", caughtUp.TotalSeconds, 1);
    }

    private static Task PublishAsync(Run run, Node node, int seconds) => node.PublishAsync(
        run.Options.Rate, seconds, run.Next(run.Options.Rate * seconds), run.Options.Keys);

    private static double ResidentMegabytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status")
            .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
