using System.Diagnostics;
using System.Text;
using Tessera.Testing;

namespace Tessera.EndToEnd;

internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public string All => Output + Error;
}

/// <summary>Runs the <c>tessera</c> command as a process of its own, as a person would.</summary>
internal static class Command
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(4);

    public static string Root { get; } = FindRoot();

    public static string Binary => Path.Combine(Root, "artifacts", "bin", "Cli", "release", "Tessera.Cli.dll");

    public static async Task<CommandResult> RunAsync(
        IReadOnlyDictionary<string, string> environment, CancellationToken stop, params string[] words)
    {
        using var running = Start(environment, words);
        return await running.EndAsync(stop);
    }

    public static RunningCommand Start(IReadOnlyDictionary<string, string> environment, params string[] words) =>
        StartUnder([], environment, words);

    /// <param name="under">A command that runs the one after it, under limits for example.</param>
    public static RunningCommand StartUnder(
        string[] under, IReadOnlyDictionary<string, string> environment, params string[] words)
    {
        string[] all = [.. under, "dotnet", Binary, .. words];
        var start = new ProcessStartInfo(all[0], all[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Root,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment["TESSERA_ROOT"] = Root;
        return new RunningCommand(Process.Start(start)!, _timeout);
    }

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Tessera.slnx"))) return at.FullName;
        }
        throw new InvalidOperationException("The tests run outside the repository.");
    }
}

internal sealed class RunningCommand : IDisposable
{
    private readonly Process _process;
    private readonly TimeSpan _timeout;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    public RunningCommand(Process process, TimeSpan timeout)
    {
        _process = process;
        _timeout = timeout;
        process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    public string Error
    {
        get { lock (_error) return _error.ToString(); }
    }

    public void Kill() => _process.Kill();

    public async Task<CommandResult> EndAsync(CancellationToken stop)
    {
        try
        {
            await _process.WaitForExitAsync(stop).WithinAsync(_timeout, stop);
        }
        catch (Exception late) when (late is OperationCanceledException or TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"The command did not end in {_timeout.TotalSeconds:0} s. It said: {Output}{Error}");
        }
        return new CommandResult(_process.ExitCode, Output, Error);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.AppendLine(line);
    }
}
