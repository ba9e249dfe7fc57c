using Tessera.Cli.Shipping;
using Tessera.Delivery.Tests.Containers;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(Images))]

namespace Tessera.Delivery.Tests.Containers;

/// <summary>The images of all processes of .NET, published as the documents say, to a registry on this machine. Made
/// when the first test asks for them.</summary>
public sealed class Images : IAsyncLifetime
{
    private readonly string _folder = ScratchFolder.Create("registry");
    private readonly Lock _making = new();
    private Task? _made;
    private Task? _servers;
    private ServerProcess? _registry;
    private string? _base;
    private Podman? _podman;

    internal Podman Podman => _podman!;

    /// <summary><c>HOST:PORT</c>.</summary>
    public string Registry { get; } = $"127.0.0.1:{FreePort.Next()}";

    /// <summary>What <c>tessera image</c> calls, so that the documents' way is the tests' way. The
    /// processes are built with the tests.</summary>
    internal static ImageBuild Build(string registry, string baseImage, string? tag) =>
        new(registry, baseImage, "x64", tag, IsInsecure: true) { IsBuilt = true };

    /// <summary>The base that they stand on.</summary>
    internal string Base => _base!;

    /// <summary>Of the process's own version, as the manifests have it, or another one.</summary>
    public string NameOf(string process, string? tag = null) =>
        $"{Registry}/tessera/{process}:{tag ?? ListedProcess.All().Single(each => each.Name == process).Version}";

    /// <summary>Skips where the programs for it are missing. Published once: the first who asks waits.</summary>
    public async Task RequireAsync()
    {
        Tool.Require("podman", "runc", "docker-registry", "debootstrap", "tar");
        if (!Environment.IsPrivilegedProcess)
            MissingServer.SkipOrFail("root", "Containers with the host's network are started by root here.");
        Task made;
        lock (_making) made = _made ??= MakeAsync();
        await made; // What failed for the first fails for all of them.
    }

    /// <summary>PostgreSQL and RabbitMQ as images, for stores that bring servers of their own.</summary>
    public async Task RequireServersAsync()
    {
        ServerImages.Require();
        await RequireAsync();
        Task made;
        lock (_making) made = _servers ??= ServerImages.MakeAsync(_podman!);
        await made;
    }

    /// <summary>Publishes some of them once more, under another tag.</summary>
    public Task PublishAsync(string tag, params string[] processes) => Build(Registry, _base!, tag).PublishAsync(
        [.. ListedProcess.Own().Where(each => processes.Contains(each.Name))], TestContext.Current.CancellationToken);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_podman is not null) await _podman.DisposeAsync();
        if (_registry is not null) await _registry.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task MakeAsync()
    {
        _podman = new Podman(Registry);
        var settings = Path.Combine(_folder, "registry.yml");
        await File.WriteAllTextAsync(settings, $$"""
            version: 0.1
            storage: { filesystem: { rootdirectory: {{_folder}}/images } }
            http: { addr: "{{Registry}}" }
            log: { level: warn, accesslog: { disabled: true } }
            """);
        _registry = ServerProcess.Start(Tool.Find("docker-registry")!, ["serve", settings], _folder);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await Eventually.HoldsAsync("the registry answers", async () =>
            (await http.GetAsync(new Uri($"http://{Registry}/v2/"))).IsSuccessStatusCode);
        _base = await BaseImage.MakeAsync(_podman, Registry);
        await Build(Registry, _base, null).PublishAsync(ListedProcess.Own(), TestContext.Current.CancellationToken);
        foreach (var process in ListedProcess.Own()) await _podman.RunAsync("pull", "-q", NameOf(process.Name));
    }
}
