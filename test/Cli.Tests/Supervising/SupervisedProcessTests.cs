using System.Diagnostics;
using Tessera.Cli.Up;
using Tessera.Testing;
using Xunit;

namespace Tessera.Cli.Tests.Supervising;

/// <summary>A process that ends is started again, whatever the supervisor was doing with it just then.</summary>
public sealed class SupervisedProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunFolder _run;

    public SupervisedProcessTests()
    {
        _run = new RunFolder(_folder.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(_run.PidFileOf("one"))!);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A server's client gives the question up with an exception where a service's health only stays
    /// silent.</summary>
    [Fact]
    public async Task Starts_again_what_died_while_it_was_asked()
    {
        var questions = 0;
        await SupervisedAsync(
            async stop =>
            {
                if (Interlocked.Increment(ref questions) == 1) await Task.Delay(Timeout.InfiniteTimeSpan, stop);
                return HealthAnswer.Ready;
            },
            async process =>
            {
                await Eventually.HoldsAsync("it is asked", () => Volatile.Read(ref questions) == 1);
                Kill(process);
                await Eventually.HoldsAsync(
                    "it runs again", () => process.State is { State: "ready", Restarts: 1 });
            });
    }

    [Fact]
    public async Task Asks_again_after_a_question_that_failed_and_tells_why()
    {
        var works = false;
        await SupervisedAsync(
            _ => Volatile.Read(ref works)
                ? Task.FromResult(HealthAnswer.Ready)
                : throw new InvalidOperationException("the answer made no sense"),
            async process =>
            {
                Volatile.Write(ref works, true);
                await Eventually.HoldsAsync("it is ready", () => process.State.State == "ready");
                Volatile.Write(ref works, false);
                await Eventually.HoldsAsync(
                    "it is not, and why",
                    () => process.State is { State: "unready", Why: "the answer made no sense", Restarts: 0 });
            });
    }

    [Fact]
    public async Task Gives_up_a_question_that_is_never_answered()
    {
        var frozen = false;
        await SupervisedAsync(
            async stop =>
            {
                if (Volatile.Read(ref frozen)) await Task.Delay(Timeout.InfiniteTimeSpan, stop);
                return HealthAnswer.Ready;
            },
            async process =>
            {
                await Eventually.HoldsAsync("it is ready", () => process.State.State == "ready");
                Volatile.Write(ref frozen, true);
                await Eventually.HoldsAsync("it is not", () => process.State is { State: "unready", Restarts: 0 });
                Volatile.Write(ref frozen, false);
                await Eventually.HoldsAsync("it is again", () => process.State is { State: "ready", Restarts: 0 });
            });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stops_what_is_to_be_held_also_when_it_hangs_and_starts_it_again(bool hangs) =>
        await SupervisedAsync(_ => Task.FromResult(HealthAnswer.Ready), async process =>
        {
            await Eventually.HoldsAsync("it is ready", () => process.State.State == "ready");
            if (hangs) Posix.Freeze(process.State.Pid!.Value);
            File.WriteAllText(_run.HoldFileOf("one"), "");
            await Eventually.HoldsAsync("it is held", () => process.State is { State: "held", Pid: null });
            File.Delete(_run.HoldFileOf("one"));
            await Eventually.HoldsAsync("it runs again", () => process.State is { State: "ready", Restarts: 0 });
        });

    /// <summary>A build is made anew just then, or the machine has no room for a further process.</summary>
    [Fact]
    public async Task Tries_again_what_cannot_be_started_once_it_has_run()
    {
        var isMissing = false;
        await SupervisedAsync(
            _ => Task.FromResult(HealthAnswer.Ready),
            async process =>
            {
                await Eventually.HoldsAsync("it is ready", () => process.State.State == "ready");
                Volatile.Write(ref isMissing, true);
                Kill(process);
                await Eventually.HoldsAsync(
                    "it is tried, and why it does not run",
                    () => process.State is { State: "restarting", Restarts: > 2, Why: "one.dll is missing" }
                        && process.State.LastEnd!.StartsWith("could not be started at", StringComparison.Ordinal));
                Volatile.Write(ref isMissing, false);
                await Eventually.HoldsAsync("it runs again", () => process.State.State == "ready");
            },
            () => Volatile.Read(ref isMissing)
                ? throw new UserError("one.dll is missing")
                : Process.Start("sleep", "600"));
    }

    [Fact]
    public async Task Does_not_run_on_without_what_cannot_be_started_at_first()
    {
        var refused = await Assert.ThrowsAsync<UserError>(() => SupervisedAsync(
            _ => Task.FromResult(HealthAnswer.Ready), _ => Task.CompletedTask,
            () => throw new UserError("one.dll is missing")));
        Assert.Equal("one.dll is missing", refused.Message);
    }

    private async Task SupervisedAsync(
        Func<CancellationToken, Task<HealthAnswer>> ask, Func<SupervisedProcess, Task> act,
        Func<Process>? start = null)
    {
        using var stopping = new CancellationTokenSource();
        var process = new SupervisedProcess(
            new ProcessToRun(
                "one", "one", "http://127.0.0.1:1", 1, 2, start ?? (() => Process.Start("sleep", "600")),
                (_, stop) => ask(stop))
            {
                StopTimeout = TimeSpan.FromSeconds(2),
            },
            _run, TimeProvider.System);
        var running = process.RunAsync(stopping.Token);
        try
        {
            await act(process);
        }
        finally
        {
            await stopping.CancelAsync();
            await running;
        }
        Assert.Equal("stopped", process.State.State);
    }

    private static void Kill(SupervisedProcess process)
    {
        using var running = Process.GetProcessById(process.State.Pid!.Value);
        running.Kill();
    }
}
