using System.Text.Json;
using Tessera.Cli.Shipping;
using Tessera.Delivery.Tests.Manifests;
using Tessera.EndToEnd;
using Tessera.Messaging.Postgres;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>The whole store in containers: the overlay <c>local</c>, played by Podman, on the PostgreSQL and the
/// RabbitMQ of this machine.</summary>
public sealed class PlayedStore(Images images) : IAsyncLifetime
{
    private const string Password = "correct horse battery staple";
    private readonly string _folder = ScratchFolder.Create("played");
    private readonly PostgresServer _postgres = new();
    private readonly RabbitMqServer _rabbit = new();
    private readonly RenderedManifests _manifests = new();
    private readonly Dictionary<int, int> _ports = [];
    private PlayableManifests? _playable;

    internal Podman Podman => images.Podman;

    internal PlayableManifests Playable => _playable!;

    internal string SecretsOf(string process) => Path.Combine(_folder, "secrets", process);

    /// <summary>Where a second replica of Orders may listen, which the gateway knows from the start.</summary>
    internal int NextOrders { get; } = FreePort.Next();

    internal int Port(int listed) => _ports[listed];

    internal Task<Shop> OpenAsync() => Shop.OpenAsync(GatewayPort, _folder);

    private int GatewayPort => Port(ListedProcess.All().Single(process => process.IsGateway).Http1);

    public async ValueTask InitializeAsync()
    {
        await images.RequireAsync();
        Tool.Require("kubectl");
        _postgres.Require();
        _rabbit.Require();
        await Task.WhenAll(
            _postgres.InitializeAsync().AsTask(), _rabbit.InitializeAsync().AsTask(),
            _manifests.InitializeAsync().AsTask());
        foreach (var process in ListedProcess.All())
            (_ports[process.Http1], _ports[process.Internal]) = (FreePort.Next(), FreePort.Next());
        await WriteSecretsAsync();
        var rendered = RenderedManifests.Read(_manifests.Text(RenderedManifests.Local));
        _playable = new PlayableManifests(rendered, _ports, Path.Combine(_folder, "secrets"), images.Registry);
        var all = ListedProcess.All();
        foreach (var process in all.Where(process => process.HasServers))
            await PlayAsync(process.Name + "-migrate", _playable.Migration(process.Name));
        foreach (var process in all) await PlayAsync(process.Name, _playable.Process(process.Name));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await Eventually.HoldsAsync(
            "all processes are ready", async () => (await http.GetAsync(
                new Uri($"http://127.0.0.1:{GatewayPort}/health"))).IsSuccessStatusCode, TimeSpan.FromMinutes(4));
    }

    public async ValueTask DisposeAsync()
    {
        if (_playable is not null) await Podman.RunAsync("pod", "rm", "-a", "-f", "-t", "10");
        await _rabbit.DisposeAsync();
        await _postgres.DisposeAsync();
        await _manifests.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task PlayAsync(string name, string manifest)
    {
        var file = Path.Combine(_folder, name + ".yaml");
        await File.WriteAllTextAsync(file, manifest);
        await Podman.RunAsync("kube", "play", "--network", "host", file);
    }

    /// <summary>As <c>tessera secrets</c> makes them, but for the servers' addresses.</summary>
    private async Task WriteSecretsAsync()
    {
        var all = ListedProcess.All();
        var secrets = StoreSecrets.Make(all);
        foreach (var process in all.Where(process => process.HasServers))
        {
            secrets[$"{process.Name}/Database__ConnectionString"] = await ProvisionDatabase.EnsureAsync(
                _postgres.AdminConnectionString, process.Name, Password, "", closeOthers: false,
                TestContext.Current.CancellationToken);
            secrets[$"{process.Name}/Messaging__RabbitMq__Uri"] = _rabbit.Uri;
        }
        secrets["gateway/Services__Orders"] = $"http://127.0.0.1:{PortOf("orders")},http://127.0.0.1:{NextOrders}";
        await StoreSecrets.WriteAsync(
            Path.Combine(_folder, "secrets"), secrets, all.Select(process => process.Name), CancellationToken.None);
        // What a person who signs in by program must know.
        var clients = Directory.CreateDirectory(Path.Combine(_folder, "clients")).FullName;
        foreach (var client in new[] { "web", "console" })
        {
            await File.WriteAllTextAsync(
                Path.Combine(clients, client + ".secret"), secrets[$"users/Tessera__ClientSecrets__{client}"]);
        }
        await File.WriteAllTextAsync(Path.Combine(_folder, "operator.json"), JsonSerializer.Serialize(
            new { email = "operator@tessera.local", password = secrets["users/Users__OperatorPassword"] }));
    }

    private int PortOf(string name) => Port(ListedProcess.All().Single(process => process.Name == name).Internal);
}
