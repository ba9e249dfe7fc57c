using System.Diagnostics;
using Tessera.Cli.Servers;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shipping;

/// <summary>The image of a service in another language: what its Dockerfile says, by the Docker or Podman of this
/// machine, under the name and version that the others of the build have.</summary>
internal sealed record ForeignImage(ListedProcess Process, ImageBuild Build)
{
    /// <summary>At the first time its packages are fetched and a driver may be compiled.</summary>
    private static readonly TimeSpan _timeMax = TimeSpan.FromMinutes(30);

    /// <summary>In the registry; <c>tessera/</c> and its name, unless a release has another.</summary>
    public string Repository { get; init; } = "tessera/" + Process.Name;

    private string Name => (Build.Registry is { } registry ? registry + "/" : "")
        + $"{Repository}:{Build.Tag ?? Process.Version}";

    /// <summary>Docker where it answers, else Podman; null where neither does.</summary>
    public static async Task<string?> FindBuilderAsync(CancellationToken stop)
    {
        foreach (var builder in new[] { "docker", "podman" })
        {
            if (Processes.Find(builder) is not { } program) continue;
            try
            {
                await RunToEnd.Async([program, "info"], SourceTree.Root, stop);
                return program;
            }
            catch (UserError)
            {
                // A client whose daemon does not run builds nothing.
            }
        }
        return null;
    }

    public async Task PublishAsync(string builder, CancellationToken stop)
    {
        var revision = await RunToEnd.Async(["git", "rev-parse", "HEAD"], SourceTree.Root, stop);
        await RunAsync(builder, BuildWords(revision.Trim()), stop);
        if (Build.Registry is not null) await RunAsync(builder, PushWords(Path.GetFileName(builder)), stop);
    }

    internal IReadOnlyList<string> BuildWords(string revision) =>
    [
        "build", "-t", Name, "--platform", Build.Arch == "x64" ? "linux/amd64" : "linux/" + Build.Arch,
        "--build-arg", "VERSION=" + Process.Version, "--build-arg", "REVISION=" + revision,
        // As the SDK is told it for the others.
        "--build-arg", "SOURCE=" + Environment.GetEnvironmentVariable("ContainerSource"),
        Path.Combine(SourceTree.Root, Process.Folder),
    ];

    /// <summary>Docker takes a registry without TLS by its daemon's settings alone.</summary>
    internal IReadOnlyList<string> PushWords(string builder) =>
        builder == "podman" && Build.IsInsecure ? ["push", "--tls-verify=false", Name] : ["push", Name];

    private async Task RunAsync(string builder, IReadOnlyList<string> words, CancellationToken stop)
    {
        var start = new ProcessStartInfo(builder, words) { WorkingDirectory = SourceTree.Root };
        // What Docker adds of its own is listed beside the image as if it were one of another platform.
        start.Environment["BUILDX_NO_DEFAULT_ATTESTATIONS"] = "1";
        using var run = System.Diagnostics.Process.Start(start)
            ?? throw new UserError($"{builder} could not be started.");
        if (!await Processes.WaitOrKillAsync(run, _timeMax, stop) || run.ExitCode != 0)
            throw new UserError($"The image of {Process.Name} was not made; {Path.GetFileName(builder)} says why.");
    }
}
