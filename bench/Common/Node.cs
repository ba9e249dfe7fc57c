using System.Diagnostics;

namespace Tessera.Bench;

/// <summary>A child process, which is this program in another role: commands on its standard input, answers on
/// its standard output.</summary>
public sealed class Node : IAsyncDisposable
{
    /// <summary>The runtime's settings that <c>tessera up</c> gives to the services it starts.</summary>
    private static readonly IReadOnlyDictionary<string, string> Runtime = new Dictionary<string, string>
    {
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
    };

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
        foreach (var (key, value) in Runtime.Concat(settings)) start.Environment[key] = value;
        var node = new Node(Process.Start(start)!);
        await node.ExpectAsync("ready");
        return node;
    }

    /// <summary>Gives a command; returns the line that begins with <paramref name="answer"/>.</summary>
    public async Task<string> AskAsync(string command, string answer)
    {
        await _process.StandardInput.WriteLineAsync(command);
        return await ExpectAsync(answer);
    }

    /// <summary>As a crash: SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>A clean stop: what a killed one leaves unsettled would reach the next run,
    /// whose databases are new.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                await _process.StandardInput.WriteLineAsync("quit");
                await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            }
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
