using System.Diagnostics;
using System.Globalization;
using Tessera.Testing;

namespace Tessera.Messaging.Sqlite.Tests;

/// <summary>A process that uses the file as a service does, and that tests may kill.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<(int Partition, int Number)> _said = [];

    public ChildProcess(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Tessera.Messaging.Sqlite.Child.dll");
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program, .. arguments])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
    }

    /// <summary>What it said so far: that this number of this partition was acknowledged to it.</summary>
    public IReadOnlyList<(int Partition, int Number)> Said
    {
        get { lock (_said) return [.. _said]; }
    }

    public IEnumerable<int> Numbers(int partition) =>
        Said.Where(said => said.Partition == partition).Select(said => said.Number);

    public Task HasSaidAsync(int count) => Eventually.HoldsAsync(
        $"the child has said {count} lines", () => _process.HasExited
            ? throw new InvalidOperationException(
                $"The child has ended with {_process.ExitCode} after {Said.Count} lines.")
            : Said.Count >= count, TimeSpan.FromSeconds(60));

    /// <summary>At once and without warning; what it had said by then is known afterwards.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WithinAsync(Eventually.Bound);
    }

    /// <summary>Asks it to stop and waits for it.</summary>
    public async Task<int> StopAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.WaitForExitAsync().WithinAsync(Eventually.Bound);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Note(string? line)
    {
        if (line?.Split(' ') is not [var partition, var number]) return;
        lock (_said)
        {
            _said.Add(
                (int.Parse(partition, CultureInfo.InvariantCulture), int.Parse(number, CultureInfo.InvariantCulture)));
        }
    }
}
