using System.Diagnostics;
using Tessera.Cli.Servers;

namespace Tessera.Cli.Up;

/// <summary>What a service in TypeScript is started by: Node, and the program, which is installed and compiled when its
/// sources are others than at the last time.</summary>
internal sealed class ProvideNode(string root)
{
    /// <summary>What its packages need.</summary>
    private static readonly Version _versionMin = new(20, 6);

    /// <summary>The first time a driver may be compiled.</summary>
    private static readonly TimeSpan _buildLimit = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan _lockPoll = TimeSpan.FromMilliseconds(100);

    /// <returns>The command that starts it.</returns>
    /// <exception cref="UserError">It cannot be had here; the message is one line that says why.</exception>
    public async Task<IReadOnlyList<string>> ProvideAsync(string service, string log, CancellationToken stop)
    {
        var node = await FindAsync(root, stop);
        var source = Path.Combine(root, "src", "Services", service);
        var target = Path.Combine(root, "artifacts", service.ToLowerInvariant());
        var program = Path.Combine(target, "dist", "main.js");
        try
        {
            Directory.CreateDirectory(target);
            await using var alone = await LockAsync(target, stop);
            await BuildAsync([node, Path.Combine(source, "build.mjs"), target], source, log, stop);
        }
        catch (UnauthorizedAccessException) when (File.Exists(program))
        {
            // Another user's tree: what its owner has built runs.
        }
        return [node, program];
    }

    /// <summary>Whether <see cref="FindAsync"/> finds it.</summary>
    public static async Task<bool> IsHereAsync(
        string folder, CancellationToken stop, Func<string, string?>? find = null)
    {
        try
        {
            await FindAsync(folder, stop, find);
            return true;
        }
        catch (UserError)
        {
            return false;
        }
    }

    /// <summary>Node of a version that is new enough, with npm beside it.</summary>
    /// <param name="find">Where a program is; on the PATH unless given.</param>
    public static async Task<string> FindAsync(
        string folder, CancellationToken stop, Func<string, string?>? find = null)
    {
        find ??= Processes.Find;
        const string howToGet = "Node.js 20.6 or newer with npm is at https://nodejs.org";
        if (find("node") is not { } node)
            throw new UserError($"node is not here; {howToGet}");
        if (find("npm") is null) throw new UserError($"npm is not here; {howToGet}");
        var version = (await RunToEnd.Async([node, "--version"], folder, stop)).Trim();
        if (VersionOf(version) is not { } found || found < _versionMin)
            throw new UserError($"node is {version}, and {_versionMin} is needed at least; {howToGet}");
        return node;
    }

    /// <summary>Of a text such as <c>v20.11.1</c>.</summary>
    internal static Version? VersionOf(string version) =>
        Version.TryParse(version.TrimStart('v').Split('-')[0], out var found) ? found : null;

    /// <summary>Two stores of one tree start at once, and one of them builds.</summary>
    private static async Task<FileStream> LockAsync(string target, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return new FileStream(
                    Path.Combine(target, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(_lockPoll, stop);
            }
        }
    }

    private static async Task BuildAsync(
        IReadOnlyList<string> command, string folder, string log, CancellationToken stop)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        await using var written = TextWriter.Synchronized(new StreamWriter(log, append: false) { AutoFlush = true });
        using var process = Process.Start(start) ?? throw new UserError($"{command[0]} could not be started.");
        process.OutputDataReceived += (_, line) => written.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => written.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var isInTime = await Processes.WaitOrKillAsync(process, _buildLimit, stop);
        if (isInTime && process.ExitCode == 0) return;
        var fault = File.ReadLines(log).FirstOrDefault(line => line.StartsWith("npm error", StringComparison.Ordinal)
            || line.Contains("error TS", StringComparison.Ordinal));
        var why = isInTime ? fault ?? $"its build ended with code {process.ExitCode}" : "its build did not end in time";
        throw new UserError($"it could not be built: {why} (log: {log})");
    }
}
