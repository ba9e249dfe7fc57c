using System.Diagnostics;
using System.Globalization;

namespace Tessera.Cli.Up;

/// <summary>Starts a service as a process of its own that writes to its own log file.</summary>
internal sealed class ServiceLauncher(RunFolder folder)
{
    /// <summary>
    /// The shell becomes the service (exec), so the process id stays. It writes the id down first, so a supervisor that
    /// is killed at any moment leaves no process that the next one cannot find. The log is a file and not a pipe: the
    /// service outlives its supervisor. A session of its own keeps the terminal's Ctrl-C from it:
    /// the supervisor decides.
    /// </summary>
    private const string Script =
        """
        pidfile=$1; log=$2; shift 2
        { cat "/proc/$$/stat" 2>/dev/null || echo "$$"; } > "$pidfile.new" && mv "$pidfile.new" "$pidfile"
        exec </dev/null >>"$log" 2>&1
        if command -v setsid >/dev/null; then exec setsid "$@"; fi
        exec "$@"
        """;

    /// <summary>One start at a time: a process begun while a socket can be inherited would have it too.</summary>
    private static readonly Lock _starting = new();

    /// <param name="shared">Addresses that the process listens on beside others.</param>
    public Process Start(
        string instance, string binary, IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<SharedAddress> shared)
    {
        if (!File.Exists(binary))
        {
            throw new UserError($"{binary} is missing: the build did not make it. Run ./tessera up, " +
                "or dotnet build Tessera.slnx -c Release.");
        }
        // The folder is where its appsettings.json is.
        var home = Path.GetDirectoryName(binary)!;
        var variables = new Dictionary<string, string>(environment, StringComparer.Ordinal);
        var sockets = new List<SharedAddress.InheritedSocket>();
        lock (_starting)
        {
            try
            {
                foreach (var address in shared)
                {
                    var socket = address.Inherit();
                    sockets.Add(socket);
                    variables[address.Setting] = socket.Number.ToString(CultureInfo.InvariantCulture);
                }
                return Begin(instance, [DotnetHost(), binary], variables, home);
            }
            finally
            {
                foreach (var socket in sockets) socket.Dispose();
            }
        }
    }

    public Process Start(
        string instance, IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> environment, string workingFolder)
    {
        lock (_starting) return Begin(instance, command, environment, workingFolder);
    }

    private Process Begin(
        string instance, IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> environment, string workingFolder)
    {
        var start = OperatingSystem.IsWindows() ? ForWindows(command) : ForUnix(instance, command);
        start.WorkingDirectory = workingFolder;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        start.Environment.Remove("ASPNETCORE_URLS");
        start.Environment.Remove("ASPNETCORE_HTTP_PORTS");
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{instance} did not start.");
        if (OperatingSystem.IsWindows()) CopyToLog(process, instance);
        return process;
    }

    private ProcessStartInfo ForUnix(string instance, IReadOnlyList<string> command) =>
        new("/bin/sh", ["-c", Script, "tessera", folder.PidFileOf(instance), folder.LogOf(instance), .. command])
        {
            UseShellExecute = false,
        };

    private static ProcessStartInfo ForWindows(IReadOnlyList<string> command) => new(command[0], command.Skip(1))
    {
        UseShellExecute = false,
        CreateNoWindow = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private void CopyToLog(Process process, string instance)
    {
        File.WriteAllText(folder.PidFileOf(instance), $"{process.Id}");
        var log = TextWriter.Synchronized(new StreamWriter(folder.LogOf(instance), append: true) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => log.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => log.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private static string DotnetHost() =>
        Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet"
            ? self
            : "dotnet";
}
