using System.Diagnostics;
using System.Text.Json;
using Tessera.Messaging.CrashHost;
using Tessera.Testing;

namespace Tessera.Messaging.CrashTests;

/// <summary>One real process of the scenario.</summary>
internal sealed class HostProcess : IDisposable
{
    private static readonly string _program = Path.Combine(
        AppContext.BaseDirectory, "..", "..", "Messaging.CrashHost", "release", "Tessera.Messaging.CrashHost.dll");

    private readonly Process _process;
    private readonly Task<string> _errors;

    private HostProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static async Task<HostProcess> StartAsync(ScenarioSettings settings)
    {
        var start = CompiledAhead.StartOf(_program);
        start.ArgumentList.Add(JsonSerializer.Serialize(settings));
        var process = new HostProcess(Process.Start(start)!);
        // Null when it died during its start, which is what some tests want.
        await Eventually.AnswersAsync("the process has started", process._process.StandardOutput.ReadLineAsync());
        return process;
    }

    public bool IsRunning => !_process.HasExited;

    /// <summary>The exit code; 137 after SIGKILL.</summary>
    public async Task<int> ExitedAsync(TimeSpan bound)
    {
        try
        {
            await _process.WaitForExitAsync().WithinAsync(bound);
        }
        catch (TimeoutException)
        {
            await KillAsync();
            throw new TimeoutException($"The process did not end within {bound.TotalSeconds} s. {await _errors}");
        }
        if (_process.ExitCode is not (0 or 137))
            throw new InvalidOperationException($"The process ended with {_process.ExitCode}. {await _errors}");
        return _process.ExitCode;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
