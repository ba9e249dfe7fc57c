using System.Net;
using Tessera.Cli.Shipping;
using Tessera.Delivery.Tests.Manifests;
using Tessera.EndToEnd;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>The whole store in containers: the overlay <c>local</c>, played by Podman.</summary>
public sealed class PlayedStore(Images images) : IAsyncLifetime
{
    /// <summary>A store in containers is eleven processes: the tests that start one take turns.</summary>
    public const string OneStoreAtATime = nameof(OneStoreAtATime);

    internal const string Network = "played";
    private readonly string _folder = ScratchFolder.Create("played");
    private readonly RenderedManifests _manifests = new();
    private readonly int _port = FreePort.Next();
    private PlayableManifests? _playable;
    private Podman? _podman;
    private PortInto? _door;

    internal Podman Podman => _podman!;

    /// <summary>Where their network is.</summary>
    internal NetworkNamespace Containers { get; } = new();

    /// <summary>What each migration ended with, by its process.</summary>
    internal Dictionary<string, string> Migrated { get; } = [];

    internal Task<Shop> OpenAsync() => Shop.OpenAsync(_port, _folder);

    public async ValueTask InitializeAsync()
    {
        Podman.RequireNetworks();
        Tool.Require("kubectl");
        await images.RequireServersAsync();
        await _manifests.InitializeAsync();
        await StoreAccess.WriteAsync(_folder, _manifests.Secrets);
        _playable = new PlayableManifests(
            _manifests.Text(RenderedManifests.Local), _manifests.Secrets, images.Registry, _port);
        await Containers.EnterAsync();
        _podman = images.Podman.In(Containers);
        _door = new PortInto(Containers, _port);
        await Podman.RunAsync("network", "create", Network);
        await Podman.ExplainAsync(async () =>
        {
            foreach (var server in new[] { "postgres", "rabbitmq" })
            {
                await PlayAsync(server, server, _playable.Server(server));
                _playable.ServerAddresses[server] = await AddressOfAsync($"{server}-{server}");
            }
            await MigrateAsync();
            foreach (var process in ListedProcess.Own())
                await PlayAsync(process.Name, process.Name, _playable.Process(process.Name));
            await StoreAccess.AwaitAsync(_port, _folder, CancellationToken.None);
        });
    }

    /// <summary>Starts the next version of a process beside the one that is there, and waits until
    /// it is ready.</summary>
    internal async Task PlayNextAsync(ListedProcess process, string tag)
    {
        await images.Podman.RunAsync("pull", "-q", images.NameOf(process.Name, tag));
        await PlayAsync($"{process.Name}-next", process.Name, _playable!.Process(process.Name, tag));
        var address = await AddressOfAsync(PlayableManifests.ContainerOf(process.Name, isNext: true));
        var there = new IPEndPoint(IPAddress.Parse(address), process.Http1);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, stop) => await Containers.ConnectAsync(there, stop),
        });
        var ready = new Uri($"http://{there}/health/ready");
        await Eventually.HoldsAsync(
            "the next version is ready", async () => (await http.GetAsync(ready)).IsSuccessStatusCode,
            Eventually.ProcessBound);
    }

    private async Task<string> AddressOfAsync(string container) =>
        (await Podman.InspectAsync(container)).GetProperty("NetworkSettings").GetProperty("Networks")
        .GetProperty(Network).GetProperty("IPAddress").GetString()!;

    public async ValueTask DisposeAsync()
    {
        if (_door is not null) await _door.DisposeAsync();
        if (_podman is not null)
        {
            await Podman.RemovePodsAsync();
            await Podman.RunAsync("network", "rm", "-f", Network);
        }
        Containers.Dispose();
        await _manifests.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>First, and all of them to their end.</summary>
    private async Task MigrateAsync()
    {
        var migrations = ListedProcess.All().Where(process => process.HasMigration)
            .Select(process => (process.Name, Job: _playable!.Migration(process.Name))).ToList();
        foreach (var (name, job) in migrations) await PlayAsync(name + "-migrate", null, job.Manifest);
        foreach (var (name, job) in migrations)
            Migrated[name] = (await Podman.RunAsync("wait", job.Container)).Trim();
    }

    /// <param name="alias">By which the others find it, as by the name of a Service.</param>
    private async Task PlayAsync(string name, string? alias, string manifest)
    {
        var file = Path.Combine(_folder, name + ".yaml");
        await File.WriteAllTextAsync(file, manifest);
        await Podman.RunAsync(
            "kube", "play", "--network", alias is null ? Network : $"{Network}:alias={alias}", file);
    }
}
