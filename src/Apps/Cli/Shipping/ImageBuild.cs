using System.Diagnostics;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shipping;

/// <summary>One build that publishes images: src/Apps/Images/Images.proj, with these settings.</summary>
internal sealed record ImageBuild(string? Registry, string? BaseImage, string Arch, string? Tag, bool IsInsecure)
{
    /// <summary>What is published was built by who asks.</summary>
    public bool IsBuilt { get; init; }

    private static readonly TimeSpan _timeMax = TimeSpan.FromMinutes(30);

    public async Task PublishAsync(IReadOnlyCollection<ListedProcess> processes, CancellationToken stop)
    {
        if (!IsBuilt) await AheadBuild.RunAsync([.. processes.Select(process => process.Project)], Arch, stop);
        var start = new ProcessStartInfo("dotnet", Words(processes)) { WorkingDirectory = SourceTree.Root };
        if (IsInsecure)
        {
            // The base may come from such a registry too.
            var hosts = new[] { Registry, BaseImage?.Split('/')[0] }.OfType<string>().Distinct();
            start.Environment["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = string.Join(';', hosts);
        }
        using var build = Process.Start(start) ?? throw new UserError("dotnet could not be started.");
        if (!await Processes.WaitOrKillAsync(build, _timeMax, stop) || build.ExitCode != 0)
            throw new UserError("The images were not published; the build says why.");
    }

    internal IReadOnlyList<string> Words(IEnumerable<ListedProcess> processes)
    {
        List<string> words =
        [
            "build", Path.Combine("src", "Apps", "Images", "Images.proj"), "-c", "Release", "-v", "q", "-nr:false",
            "-clp:NoSummary", "--nologo", $"-p:ImageArch={Arch}",
            // A comma or a semicolon would begin the next property.
            "-p:Processes=" + string.Join('+', processes.Select(process => process.Project)),
        ];
        if (IsBuilt) words.Add("-p:AlreadyBuilt=true");
        if (Registry is not null) words.Add($"-p:ContainerRegistry={Registry}");
        if (BaseImage is not null) words.Add($"-p:ContainerBaseImage={BaseImage}");
        if (Tag is not null) words.Add($"-p:ContainerImageTag={Tag}");
        return words;
    }
}
