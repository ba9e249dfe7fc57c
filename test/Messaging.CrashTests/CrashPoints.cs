using Tessera.Messaging.CrashHost;
using Tessera.Messaging.Hosting;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.CrashTests;

/// <summary>The library is stopped between every two of its steps; afterwards every event has had its effect exactly
/// once, in order per key.</summary>
public abstract class CrashPoints(CrashBackend backend) : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

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

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Survives_being_killed_at(string step, int pass)
    {
        var settings = await NewRunAsync(step, pass);
        using (var dying = await HostProcess.StartAsync(
            settings with { CrashAt = Enum.Parse<Checkpoint>(step), CrashPass = pass }))
        {
            var exit = await dying.ExitedAsync(Bound);
            Assert.True(exit == 137 || pass > 1, $"The process never came to {step}.");
        }
        using var next = await HostProcess.StartAsync(settings);
        Assert.Equal(0, await next.ExitedAsync(Bound));
        await AssertWholeAsync(settings);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Survives_being_stopped_by_an_exception_at(string step, int pass)
    {
        var settings = await NewRunAsync(step, pass);
        var died = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var passes = 0;
        // From that step on nothing of the library comes through, as if its process were gone.
        await RunAsync(settings, died.Task, reached: at =>
        {
            if (at.ToString() == step && Interlocked.Increment(ref passes) == pass) died.SetResult();
            if (died.Task.IsCompleted) throw new InvalidOperationException("Stopped by the test.");
        });
        Assert.True(died.Task.IsCompleted || pass > 1, $"The library never came to {step}.");
        await RunAsync(settings, null, reached: null);
        await AssertWholeAsync(settings);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Goes_on_by_itself_after_one_exception_at(string step, int pass)
    {
        var settings = await NewRunAsync(step, pass);
        var passes = 0;
        await RunAsync(settings, null, reached: at =>
        {
            if (at.ToString() == step && Interlocked.Increment(ref passes) == pass)
                throw new InvalidOperationException("Once, by the test.");
        });
        Assert.True(passes >= 1, $"The library never came to {step}.");
        await AssertWholeAsync(settings);
    }

    private async Task<ScenarioSettings> NewRunAsync(string step, int pass)
    {
        var settings = await backend.NewRunAsync(_folder);
        return pass == 1
            ? settings with { Giant = step == nameof(Checkpoint.RelayHeld) }
            : settings with { Keys = 20, PublishPause = TimeSpan.Zero, OutboxBatch = 1 };
    }

    private static async Task RunAsync(ScenarioSettings settings, Task? until, Action<Checkpoint>? reached)
    {
        await using var scenario = await Scenario.StartAsync(settings, reached);
        using var stop = new CancellationTokenSource(Bound);
        var run = scenario.RunAsync(stop.Token);
        await Task.WhenAny(run, until ?? run);
        if (until?.IsCompleted != true) await run;
        await stop.CancelAsync();
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task AssertWholeAsync(ScenarioSettings settings)
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

public sealed class CrashPointsOnEmbeddedAndSqlite(EmbeddedAndSqlite backend)
    : CrashPoints(backend), IClassFixture<EmbeddedAndSqlite>;
