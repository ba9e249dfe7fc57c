using System.Diagnostics;
using Tessera.Cli.Logs;

namespace Tessera.Cli.Up;

/// <summary>What is to run: a service, or a server that the store has of its own.</summary>
/// <param name="Ask">Whether the process of this id can do its work.</param>
internal sealed record ProcessToRun(
    string Name, string Service, string Address, int Http1, int Http2, Func<Process> Start,
    Func<int, CancellationToken, Task<HealthAnswer>> Ask)
{
    /// <summary>One that does not end by itself within this is killed; it is built to bear that. Longer than a service
    /// gives to what is under way (<c>Stop:Timeout</c>).</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>What is done before the first start, such as building it. Where it fails the process is not there, and
    /// the reason is told.</summary>
    public Func<CancellationToken, Task>? Prepare { get; init; }

    /// <summary>How long all wait for it at the start; those that the store needs are waited for as long as it takes.
    /// </summary>
    public TimeSpan WaitedForAtMost { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Asked when the process says that its port is taken: whether its ports may be others than
    /// planned.</summary>
    public Func<bool> MayMove { get; init; } = () => false;
}

/// <summary>One process: started, watched, started again when it ends, and stopped.</summary>
internal sealed class SupervisedProcess(ProcessToRun planned, RunFolder folder, TimeProvider clock)
{
    /// <summary>How a service ends whose port is taken: EADDRINUSE.</summary>
    public const int PortTakenExit = 98;

    /// <summary>A start that takes longer is told with what the process says.</summary>
    private static readonly TimeSpan _slowStart = TimeSpan.FromSeconds(10);

    /// <summary>A server that is frozen takes a connection and says nothing, for as long as one waits.</summary>
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _startingPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _holdPoll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _unreadyPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _readyPoll = TimeSpan.FromSeconds(3);
    private readonly RestartBackoff _backoff = new();
    private volatile InstanceState _state = new(
        planned.Name, planned.Service, "stopped", planned.Address,
        planned.Http1, planned.Http2, null, 0, folder.LogOf(planned.Name));

    private readonly long _made = clock.GetTimestamp();
    private bool _hasRun;

    public InstanceState State => _state;

    /// <summary>Ready, or nothing that the others wait for any longer.</summary>
    public bool IsSettled => _state.State == "ready"
        || (planned.WaitedForAtMost != Timeout.InfiniteTimeSpan
            && (_state.State == "absent" || _state.Restarts > 0
                || clock.GetElapsedTime(_made) > planned.WaitedForAtMost));

    public event Action? Changed;

    /// <summary>Runs until asked to stop; the process has ended when this returns.</summary>
    /// <exception cref="PortTakenException">The process found its port taken, and may move.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await PrepareAsync(stop);
            while (true)
            {
                await WaitWhileHeldAsync(stop);
                await RunOnceAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            folder.Forget(folder.PidFileOf(planned.Name));
            Become(_state with { State = "stopped", Pid = null, Why = null });
        }
    }

    private async Task PrepareAsync(CancellationToken stop)
    {
        if (planned.Prepare is not { } prepare) return;
        Become(_state with { State = "building", Pid = null });
        try
        {
            await prepare(stop);
        }
        catch (Exception missing) when (missing is UserError or IOException or UnauthorizedAccessException)
        {
            Become(_state with { State = "absent", Why = missing.Message.ReplaceLineEndings(" ") });
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, stop);
        }
    }

    private async Task WaitWhileHeldAsync(CancellationToken stop)
    {
        while (File.Exists(folder.HoldFileOf(planned.Name)))
        {
            if (_state.State != "held") Become(_state with { State = "held", Pid = null, Why = null });
            await Task.Delay(_startingPoll, clock, stop);
        }
        stop.ThrowIfCancellationRequested();
    }

    private async Task RunOnceAsync(CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        var logged = LogTail.LengthOf(_state.Log);
        using var process = TryStart(out var whyNot);
        if (process is null)
        {
            await StartAgainAsync("could not be started", whyNot, started, stop);
            return;
        }
        Become(_state with { State = "starting", Pid = process.Id });
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watch = WatchAsync(process.Id, started, logged, ended.Token);
        var isHeld = false;
        try
        {
            isHeld = await EndsOrIsHeldAsync(process, stop);
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
        if (isHeld)
        {
            // Nobody watches it now: it could become ready once more while it ends.
            await StopAsync(process);
            return;
        }
        if (File.Exists(folder.HoldFileOf(planned.Name))) return;
        await StartAgainAsync(
            $"ended with code {process.ExitCode}", LogTail.LastSince(_state.Log, logged), started, stop,
            isPortTaken: process.ExitCode == PortTakenExit);
    }

    /// <summary>What cannot be started at first is not there at all, and that is for whoever starts the store. Later it
    /// is one process's misfortune, such as a build that is just being made anew, and the others run on.</summary>
    private Process? TryStart(out string? whyNot)
    {
        whyNot = null;
        try
        {
            var process = planned.Start();
            _hasRun = true;
            return process;
        }
        catch (Exception failure) when (_hasRun)
        {
            whyNot = failure.Message.ReplaceLineEndings(" ");
            return null;
        }
    }

    private async Task StartAgainAsync(
        string end, string? why, long started, CancellationToken stop, bool isPortTaken = false)
    {
        Become(_state with
        {
            State = "restarting",
            Pid = null,
            Restarts = _state.Restarts + 1,
            LastEnd = $"{end} at {clock.GetUtcNow():HH:mm:ss}",
            Why = why,
        });
        if (isPortTaken && planned.MayMove()) throw new PortTakenException(planned.Name);
        await Task.Delay(_backoff.After(clock.GetElapsedTime(started)), clock, stop);
    }

    /// <returns>Whether somebody wants it held; else it has ended.</returns>
    private async Task<bool> EndsOrIsHeldAsync(Process process, CancellationToken stop)
    {
        var end = process.WaitForExitAsync(stop);
        while (!end.IsCompleted)
        {
            if (File.Exists(folder.HoldFileOf(planned.Name))) return true;
            await Task.WhenAny(end, Task.Delay(_holdPoll, clock, stop));
        }
        await end;
        return false;
    }

    private async Task StopAsync(Process process)
    {
        Become(_state with { State = "stopping" });
        Posix.Terminate(process.Id);
        using var limit = new CancellationTokenSource(planned.StopTimeout, clock);
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

    private async Task WatchAsync(int pid, long started, long logged, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var answer = await AskAsync(pid, stop);
            if (stop.IsCancellationRequested) return;
            if (answer.IsReady)
            {
                if (_state.State != "ready")
                    Become(_state with { State = "ready", Why = null, Version = answer.Version });
            }
            else if (_state.State is "ready" or "unready")
            {
                if (_state.State == "ready" || _state.Why != answer.Why)
                    Become(_state with { State = "unready", Why = answer.Why });
            }
            else if (clock.GetElapsedTime(started) > _slowStart)
            {
                var why = answer.Why ?? LogTail.LastSince(_state.Log, logged);
                if (why is not null && _state.Why != why) Become(_state with { Why = why });
            }
            try
            {
                await Task.Delay(_state.State switch
                {
                    "ready" => _readyPoll,
                    "unready" => _unreadyPoll,
                    _ => _startingPoll,
                }, clock, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Whatever goes wrong with the question is an answer, and the end of the process least of all may end
    /// its supervision: it mostly comes while somebody asks.</summary>
    private async Task<HealthAnswer> AskAsync(int pid, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(_answerTimeout, clock);
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            return await planned.Ask(pid, asking.Token);
        }
        catch (OperationCanceledException)
        {
            return HealthAnswer.Silent;
        }
        catch (Exception unanswered)
        {
            return new HealthAnswer(false, unanswered.Message);
        }
    }

    private void Become(InstanceState next)
    {
        _state = next;
        Changed?.Invoke();
    }
}

/// <summary>Another process listens on the port that was planned for this one.</summary>
internal sealed class PortTakenException(string name) : Exception($"{name} found its port taken")
{
    public string Name { get; } = name;
}
