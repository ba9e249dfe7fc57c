using k8s;
using k8s.Models;
using Tessera.Cli.Shipping;
using Tessera.Cli.Up;
using Tessera.Testing;
using Xunit;

namespace Tessera.Delivery.Tests.Manifests;

/// <summary>What <c>kubectl kustomize</c> makes of an overlay, with secrets made for the occasion, read as the types of
/// the Kubernetes interface: an unknown member is an error.</summary>
public sealed class RenderedManifests : IAsyncLifetime
{
    public const string Local = "overlays/local";
    public const string Production = "overlays/production";
    public const string Migrations = "overlays/production/migrations";

    private readonly string _folder = ScratchFolder.Create("manifests");
    private readonly Dictionary<string, string> _texts = [];

    internal static IReadOnlyList<ListedProcess> Listed { get; } = ListedProcess.All();

    /// <summary>The secrets that the overlay for one node was given: a folder for each process.</summary>
    public string Secrets => Path.Combine(_folder, Local, "secrets");

    public string Text(string overlay)
    {
        Tool.Require("kubectl");
        return _texts[overlay];
    }

    public IReadOnlyList<T> All<T>(string overlay) => [.. Read(Text(overlay)).OfType<T>()];

    public T One<T>(string overlay, string name)
        where T : IKubernetesObject<V1ObjectMeta> => All<T>(overlay).Single(each => each.Metadata.Name == name);

    public static IReadOnlyList<object> Read(string text) => KubernetesYaml.LoadAllFromString(text, null, strict: true);

    public async ValueTask InitializeAsync()
    {
        if (Tool.Find("kubectl") is null) return;
        Copy(Path.Combine(SourceTree.Root, "deploy", "kubernetes"), _folder);
        await StoreSecrets.WriteAsync(
            Secrets, StoreSecrets.Make(Listed), Listed.Select(process => process.Name), CancellationToken.None);
        foreach (var overlay in new[] { Local, Production, Migrations })
            _texts[overlay] = await Tool.RunAsync("kubectl", ["kustomize", Path.Combine(_folder, overlay)]);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(from, file);
            if (path.Contains("secrets/", StringComparison.Ordinal)) continue; // Somebody's own.
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(to, path))!);
            File.Copy(file, Path.Combine(to, path));
        }
    }
}
