using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Tessera.Testing.Services;

/// <summary>One service as its own process, on free ports, with its data in a folder of the test's.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = [];

    private ServiceProcess(Process process) => _process = process;

    /// <summary>For people: HTTP/1.1.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>For the gateway and other services: cleartext HTTP/2.</summary>
    public Uri Http2Address { get; private set; } = null!;

    public int ProcessId => _process.Id;

    public string Log => string.Join('\n', _log);

    /// <param name="project">Such as <c>Orders</c>; the test project references it, so it has been built.</param>
    public static async Task<ServiceProcess> StartAsync(
        string project, string dataDirectory, params (string Key, string Value)[] settings)
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "..", "..", project, "release", $"Tessera.{project}.dll");
        var start = CompiledAhead.StartOf(dll);
        start.Environment["Tessera__DataDirectory"] = dataDirectory;
        start.Environment["Listen__Http1"] = "127.0.0.1:0";
        start.Environment["Listen__Http2"] = "127.0.0.1:0";
        start.Environment["Services__Users"] = "http://127.0.0.1:9"; // Nobody answers there: the key file must do.
        if (TestDatabase.IsPostgres)
        {
            start.Environment["Database__Engine"] = "postgres";
            start.Environment["Database__ConnectionString"] =
                await TestDatabase.ProvisionAsync(project.ToLowerInvariant(), dataDirectory);
        }
        foreach (var (key, value) in settings)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        var service = new ServiceProcess(new Process { StartInfo = start });
        try
        {
            await service.StartAsync(project);
            return service;
        }
        catch (Exception failure)
        {
            var log = service.Log;
            await service.DisposeAsync();
            throw new InvalidOperationException($"{project} did not start: {failure.Message}\n{log}", failure);
        }
    }

    /// <summary>As a power cut would: no shutdown code runs.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>As who restarts a service does it: the process is told, and ends what it has begun.</summary>
    public async Task TerminateAsync()
    {
        using var told = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private async Task StartAsync(string project)
    {
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.HoldsAsync(
            $"{project} is ready or has ended", () => _process.HasExited || Http2Address is not null,
            Eventually.ProcessBound);
        if (Http2Address is not null) return;
        await _process.WaitForExitAsync(); // And for its last words, which come a moment after its end.
        throw new InvalidOperationException($"it ended with exit code {_process.ExitCode}");
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        _log.Enqueue(line);
        if (Ready().Match(line) is not { Success: true } ready) return;
        Address = new Uri(ready.Groups[1].Value);
        Http2Address = new Uri(ready.Groups[2].Value);
    }

    [GeneratedRegex(@"is ready at (http://\S+) (http://\S+)")]
    private static partial Regex Ready();
}
