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

    private async Task SupervisedAsync(
        Func<CancellationToken, Task<HealthAnswer>> ask, Func<SupervisedProcess, Task> act)
    {
        using var stopping = new CancellationTokenSource();
        var process = new SupervisedProcess(
            new ProcessToRun(
                "one", "one", "http://127.0.0.1:1", 1, 2, () => Process.Start("sleep", "600"), (_, stop) => ask(stop)),
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
