using System.Diagnostics;

namespace Tessera.Cli.Up;

/// <summary>One service: started, watched, started again when it ends, and stopped.</summary>
internal sealed class SupervisedService(
    PlannedInstance planned, ServiceEnvironment environment, ServiceLauncher launcher, RunFolder folder,
    HttpClient http, TimeProvider clock)
{
    /// <summary>A service that does not end by itself within this is killed; it is built to bear that.</summary>
    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan _startingPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _readyPoll = TimeSpan.FromSeconds(3);
    private readonly RestartBackoff _backoff = new();
    private volatile InstanceState _state = new(
        planned.Name, planned.Service, "stopped", planned.Address,
        planned.Http1, planned.Http2, null, 0, folder.LogOf(planned.Name));

    public InstanceState State => _state;

    public event Action? Changed;

    /// <summary>Runs until asked to stop; the process has ended when this returns.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await WaitWhileHeldAsync(stop);
                await RunOnceAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            File.Delete(folder.PidFileOf(planned.Name));
            Become(_state with { State = "stopped", Pid = null });
        }
    }

    private async Task WaitWhileHeldAsync(CancellationToken stop)
    {
        while (File.Exists(folder.HoldFileOf(planned.Name)))
        {
            if (_state.State != "held") Become(_state with { State = "held", Pid = null });
            await Task.Delay(_startingPoll, clock, stop);
        }
        stop.ThrowIfCancellationRequested();
    }

    private async Task RunOnceAsync(CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        using var process = launcher.Start(
            planned.Name, SourceTree.BinaryOf(planned.Project), environment.For(planned));
        Become(_state with { State = "starting", Pid = process.Id });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watch = WatchAsync(ended.Token);
        try
        {
            await process.WaitForExitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process);
            throw;
        }
        finally
        {
            await ended.CancelAsync();
            await watch;
        }
        if (File.Exists(folder.HoldFileOf(planned.Name))) return;
        Become(_state with
        {
            State = "restarting",
            Pid = null,
            Restarts = _state.Restarts + 1,
            LastEnd = $"ended with code {process.ExitCode} at {clock.GetUtcNow():HH:mm:ss}",
        });
        await Task.Delay(_backoff.After(clock.GetElapsedTime(started)), clock, stop);
    }

    private async Task StopAsync(Process process)
    {
        Become(_state with { State = "stopping" });
        Posix.Terminate(process.Id);
        using var limit = new CancellationTokenSource(_stopTimeout, clock);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var ready = await Health.IsReadyAsync(http, planned.Address, stop);
            if (stop.IsCancellationRequested) return;
            if (ready && _state.State != "ready") Become(_state with { State = "ready" });
            if (!ready && _state.State == "ready") Become(_state with { State = "unready" });
            try
            {
                await Task.Delay(ready ? _readyPoll : _startingPoll, clock, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Become(InstanceState next)
    {
        _state = next;
        Changed?.Invoke();
    }
}
