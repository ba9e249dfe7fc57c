using System.Diagnostics;
using System.Globalization;

namespace Tessera.OrderHop;

/// <summary>One of the two child processes: commands on its standard input, answers on its standard output.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly Process _process;

    private Node(Process process) => _process = process;

    public int Id => _process.Id;

    public static async Task<Node> StartAsync(string role, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Environment.GetCommandLineArgs()[0], role])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (key, value) in settings) start.Environment[key] = value;
        var node = new Node(Process.Start(start)!);
        await node.ExpectAsync("ready");
        return node;
    }

    /// <summary>Has the node place orders; returns the seconds that took.</summary>
    public async Task<double> PlaceAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        return double.Parse((await ExpectAsync("placed ")).Split(' ')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>A clean stop: what a killed one leaves unsettled would reach the next run, whose databases are new.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _process.StandardInput.WriteLineAsync("quit");
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (Exception failure) when (failure is IOException or TimeoutException)
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    private async Task<string> ExpectAsync(string prefix)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal)) return line;
            await Console.Error.WriteLineAsync(line);
        }
        throw new InvalidOperationException($"The process ended before it said '{prefix}'.");
    }
}
