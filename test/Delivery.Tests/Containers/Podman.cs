using System.Globalization;
using System.Text.Json;
using Tessera.Testing;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>Podman with storage and settings of its own: nothing of the machine's own containers is seen or touched.
/// All containers have the host's network, as a machine without bridges of its own has it.</summary>
internal sealed class Podman : IAsyncDisposable
{
    private readonly string _folder = ScratchFolder.Create("podman");

    public Podman(string registry)
    {
        // Podman's own are above what a machine that is a container itself may give.
        var (files, processes) = (Limit("Max open files", 8192), Limit("Max processes", 4096));
        Write("containers.conf", $"""
            [containers]
            default_ulimits = ["nofile={files}:{files}", "nproc={processes}:{processes}"]
            netns = "host"
            pids_limit = 0
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

    public IReadOnlyDictionary<string, string> Environs { get; }

    public Task<string> RunAsync(params string[] words) => Tool.RunAsync("podman", words, Environs);

    /// <summary>What an image or a container is, as <c>podman inspect</c> tells it.</summary>
    public async Task<JsonElement> InspectAsync(string what)
    {
        using var told = JsonDocument.Parse(await RunAsync("inspect", what));
        return told.RootElement[0].Clone();
    }

    /// <summary>As this machine sees the process of a container.</summary>
    public async Task<int> ProcessOfAsync(string container) => int.Parse(
        await RunAsync("inspect", "--format", "{{.State.Pid}}", container), CultureInfo.InvariantCulture);

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
