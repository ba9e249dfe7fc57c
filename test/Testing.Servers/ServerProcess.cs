using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tessera.Testing.Servers;

/// <summary>
/// A real server as a child of the test process: its output goes to a file in its folder, and a guard kills it when the
/// test process dies, however that happens.
/// </summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private const int Terminate = 15, Kill9 = 9, Stop = 19, Continue = 18;

    /// <summary>For all of them: a server that is not there by then hangs. What starts in a second takes minutes while
    /// thirty others start beside it on two processors, which <see cref="Patience"/> leaves out for the most.</summary>
    internal static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly Process _guard;

    private ServerProcess(Process process, Process guard, string outputFile)
    {
        (_process, _guard, OutputFile) = (process, guard, outputFile);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string OutputFile { get; }

    public static ServerProcess Start(
        string program, IEnumerable<string> arguments, string folder,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var output = Path.Combine(folder, Path.GetFileName(program) + ".out");
        // The shell only redirects: exec makes the server the process whose id we know.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = folder };
        string[] shell = ["-c", "out=$1; shift; exec \"$@\" >> \"$out\" 2>&1 < /dev/null", "sh", output, program];
        foreach (var argument in shell.Concat(arguments)) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var guard = new ProcessStartInfo("setsid");
        string[] watch =
        [
            "sh", "-c",
            // A test process that was killed, too, leaves no folder; a server may write for a moment longer.
            "while kill -0 $1 2>/dev/null && kill -0 $2 2>/dev/null; do sleep 1; done; kill -9 $2 2>/dev/null; " +
            "kill -0 $1 2>/dev/null || { sleep 2; rm -rf -- \"$3\"; }", "sh",
            Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            folder,
        ];
        foreach (var argument in watch) guard.ArgumentList.Add(argument);
        return new ServerProcess(process, Process.Start(guard)!, output);
    }

    /// <summary>Waits until the server does its work.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    /// <exception cref="TimeoutException">It hangs.</exception>
    public async Task ReadyAsync(string name, Func<Task<bool>> isReady)
    {
        var waited = new Patience();
        while (!await isReady())
        {
            if (_process.HasExited) throw new InvalidOperationException($"{name} ended:\n{Output}");
            if (waited.Used > ReadyWithin)
                throw new TimeoutException($"{name} did not start within {ReadyWithin}:\n{Output}");
            await Task.Delay(50);
        }
    }

    /// <summary>As a crash: SIGKILL.</summary>
    public Task KillAsync() => EndAsync(Kill9, TimeSpan.FromSeconds(10));

    /// <summary>As an operator would stop it: SIGTERM, and SIGKILL when it does not listen.</summary>
    public async Task StopAsync()
    {
        try
        {
            await EndAsync(Terminate, TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            await KillAsync();
        }
    }

    /// <summary>As <see cref="StopAsync"/>, for one that has to listen.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It does not end by itself within the time.</exception>
    /// <exception cref="InvalidOperationException">It had ended before.</exception>
    public async Task<int> TerminateAsync(TimeSpan within)
    {
        if (_process.HasExited) throw new InvalidOperationException($"It had ended already:\n{Output}");
        await EndAsync(Terminate, within);
        return _process.ExitCode;
    }

    /// <summary>Frozen, its connections open and silent: SIGSTOP. Completes when every thread stands still.</summary>
    public Task PauseAsync()
    {
        Signal(Stop);
        return Freeze.WaitAsync(Id);
    }

    /// <summary>Goes on after <see cref="PauseAsync"/>: SIGCONT.</summary>
    public void Resume() => Signal(Continue);

    public string Output => File.Exists(OutputFile) ? File.ReadAllText(OutputFile) : "";

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        await _guard.WaitForExitAsync().WithinAsync(TimeSpan.FromSeconds(5));
        _process.Dispose();
        _guard.Dispose();
    }

    /// <summary>Waits for the end of what ends by itself.</summary>
    public Task EndsAsync() => _process.WaitForExitAsync().WithinAsync(ReadyWithin);

    private async Task EndAsync(int signal, TimeSpan within)
    {
        if (_process.HasExited) return;
        Signal(signal);
        if (signal == Terminate) Signal(Continue);
        await _process.WaitForExitAsync().WithinAsync(within);
    }

    private void Signal(int signal)
    {
        if (kill(_process.Id, signal) != 0 && !_process.HasExited)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Signal {signal} to process {_process.Id}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
