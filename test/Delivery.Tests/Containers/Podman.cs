using System.Globalization;
using System.Text.Json;
using Tessera.Testing;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>Podman with storage and settings of its own: nothing of the machine's own containers is seen or touched.
/// A container has the host's network unless it is given another.</summary>
internal sealed class Podman : IAsyncDisposable
{
    private const int ComplaintsMax = 15;
    private readonly string _folder;
    private readonly NetworkNamespace? _network;

    public Podman(string registry)
    {
        _folder = ScratchFolder.Create("podman");
        // Podman's own are above what a machine that is a container itself may give.
        var (files, processes) = (Limit("Max open files", 8192), Limit("Max processes", 4096));
        Write("containers.conf", $"""
            [containers]
            default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
            netns = "host"
            pids_limit = 0
            log_driver = "k8s-file"
            [network]
            network_backend = "netavark"
            network_config_dir = "{_folder}/networks"
            [engine]
            runtime = "runc"
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            tmp_dir = "{_folder}/libpod"
            """);
        Write("registries.conf", $"[[registry]]\nlocation = \"{registry}\"\ninsecure = true\n");
        Write("policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
        Write("storage.conf", $"""
            [storage]
            driver = "overlay"
            graphroot = "{_folder}/store"
            runroot = "{_folder}/run"
            """);
        Environs = new Dictionary<string, string>
        {
            ["CONTAINERS_CONF"] = Path.Combine(_folder, "containers.conf"),
            ["CONTAINERS_REGISTRIES_CONF"] = Path.Combine(_folder, "registries.conf"),
            ["CONTAINERS_STORAGE_CONF"] = Path.Combine(_folder, "storage.conf"),
            ["TMPDIR"] = Directory.CreateDirectory(Path.Combine(_folder, "tmp")).FullName,
        };
    }

    private Podman(Podman same, NetworkNamespace network) =>
        (_folder, Environs, _network) = (same._folder, same.Environs, network);

    public IReadOnlyDictionary<string, string> Environs { get; }

    /// <summary>The same one, whose networks are in there. It fetches no image: a registry of this machine is
    /// out of its reach.</summary>
    public Podman In(NetworkNamespace network) => new(this, network);

    /// <summary>Skips where a network of containers cannot be had; fails in CI.</summary>
    public static void RequireNetworks() => Tool.Require("netavark", "aardvark-dns", "iptables", "ip");

    public Task<string> RunAsync(params string[] words) => Tool.RunAsync("podman", words, Environs, network: _network);

    /// <summary>All of them with their containers. Podman waits some seconds for a process that it has killed, and on
    /// a busy machine that takes longer: then it is asked again.</summary>
    public Task RemovePodsAsync() => Eventually.HoldsAsync("the pods are gone", async () =>
    {
        var (code, _, _) = await Tool.TryAsync(
            "podman", ["pod", "rm", "-a", "-f", "-t", "1"], Environs, network: _network);
        return code == 0;
    }, Eventually.ProcessBound);

    /// <summary>What an image or a container is, as <c>podman inspect</c> tells it.</summary>
    public async Task<JsonElement> InspectAsync(string what)
    {
        using var told = JsonDocument.Parse(await RunAsync("inspect", what));
        return told.RootElement[0].Clone();
    }

    /// <summary>As this machine sees the process of a container.</summary>
    public async Task<int> ProcessOfAsync(string container) => int.Parse(
        await RunAsync("inspect", "--format", "{{.State.Pid}}", container), CultureInfo.InvariantCulture);

    /// <summary>What the containers have complained of: for who reads why a test has failed.</summary>
    public async Task<string> ComplaintsAsync()
    {
        var complaints = new List<(bool IsOwn, string Text)>();
        foreach (var name in (await RunAsync("ps", "-a", "--format", "{{.Names}} {{.Status}}")).Split('\n'))
        {
            if (name.Length == 0 || name.Contains("-infra", StringComparison.Ordinal)) continue;
            var (_, output, errors) = await Tool.TryAsync("podman", ["logs", name.Split(' ')[0]], Environs);
            var all = output + errors;
            var lines = all.Split('\n').Where(line =>
                !line.Contains("\"level\":\"Information\"", StringComparison.Ordinal)).TakeLast(ComplaintsMax);
            var text = string.Concat(lines.Select(line => line[..Math.Min(line.Length, 2_000)] + '\n'));
            complaints.Add((all.Contains("\"level\":", StringComparison.Ordinal), $"{name}:\n{text}"));
        }
        // Our own first: what a service says is the cause, and a report that is cut off is cut at its end.
        return string.Concat(complaints.OrderByDescending(each => each.IsOwn).Select(each => each.Text));
    }

    /// <summary>Runs it; should it fail, the failure says what the containers complained of meanwhile.</summary>
    public async Task ExplainAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{failure.Message}\n{await ComplaintsAsync()}", failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Tool.TryAsync("podman", ["pod", "rm", "-a", "-f", "-t", "5"], Environs);
        await Tool.TryAsync("podman", ["rm", "-a", "-f", "-t", "5"], Environs);
        await Tool.TryAsync("podman", ["system", "reset", "-f"], Environs);
        try
        {
            if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // A mount that is about to go; the folder goes with the process.
        }
    }

    private static int Limit(string name, int atMost)
    {
        var line = File.ReadAllLines("/proc/self/limits")
            .Single(each => each.StartsWith(name, StringComparison.Ordinal));
        var hard = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return int.TryParse(hard, CultureInfo.InvariantCulture, out var most) ? Math.Min(most, atMost) : atMost;
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
