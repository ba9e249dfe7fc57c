using Tessera.Messaging.CrashHost;
using Tessera.Messaging.Hosting;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.CrashTests;

/// <summary>The library is stopped between every two of its steps; afterwards every event has had its effect exactly
/// once, in order per key.</summary>
public abstract class CrashPoints(CrashBackend backend) : IDisposable
{
    protected static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new("crash");

    public static TheoryData<string, int> Steps
    {
        get
        {
            var steps = new TheoryData<string, int>();
            foreach (var step in Enum.GetValues<Checkpoint>())
            {
                steps.Add(step.ToString(), 1);
                // Steps that come often are also met in the middle of the work, with several batches on their way.
                if (step is not (Checkpoint.RelayHeld or Checkpoint.ReplayEnded or Checkpoint.RetentionTrimmed))
                    steps.Add(step.ToString(), 3);
            }
            return steps;
        }
    }

    public void Dispose() => _folder.Dispose();

    private protected async Task<ScenarioSettings> NewRunAsync(string step, int pass)
    {
        var settings = await backend.NewRunAsync(_folder);
        return pass == 1
            ? settings with { Giant = step == nameof(Checkpoint.RelayHeld) }
            : settings with { Keys = 20, PublishPause = TimeSpan.Zero, OutboxBatch = 1 };
    }

    private protected static async Task RunAsync(ScenarioSettings settings, Task? until, Action<Checkpoint>? reached)
    {
        await using var scenario = await Scenario.StartAsync(settings, reached);
        using var stop = new CancellationTokenSource();
        var run = scenario.RunAsync(stop.Token);
        try
        {
            await Task.WhenAny(run, until ?? run).WithinAsync(Bound);
            if (until?.IsCompleted != true) await run;
        }
        finally
        {
            await stop.CancelAsync();
            await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private protected static async Task AssertWholeAsync(ScenarioSettings settings)
    {
        var result = await ScenarioResult.ReadAsync(settings);
        AssertOnceAndInOrder(settings, result.Seen);
        AssertOnceAndInOrder(settings, result.Confirmed);
        Assert.Equal(Enumerable.Range(0, settings.Events), result.Fired);
        Assert.Equal(0, result.Parked);
    }

    internal static void AssertOnceAndInOrder(
        ScenarioSettings settings, IReadOnlyList<(string Key, int Number)> effects)
    {
        Assert.Equal(Enumerable.Range(0, settings.Events), effects.Select(effect => effect.Number).Order());
        foreach (var key in effects.GroupBy(effect => effect.Key))
            Assert.Equal(key.Select(effect => effect.Number).Order(), key.Select(effect => effect.Number));
    }
}
