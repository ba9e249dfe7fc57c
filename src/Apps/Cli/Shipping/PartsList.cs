using System.Diagnostics;
using System.Text.Json;
using Tessera.Cli.Servers;
using Tessera.Cli.Shipping.Registries;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shipping;

/// <summary>What an image is made of besides its base: a CycloneDX list of the packages with their versions and
/// licences, by the tool that <c>.config/dotnet-tools.json</c> pins; of one in another language by npm.</summary>
internal static class PartsList
{
    private static readonly TimeSpan _timeMax = TimeSpan.FromMinutes(5);

    public static async Task<PartsFile> WriteAsync(ListedProcess process, CancellationToken stop)
    {
        var root = SourceTree.Root;
        var folder = Path.Combine("artifacts", "images", process.Project);
        var name = process.Name + ".cdx.json";
        if (process.IsForeign)
        {
            // What the lock file pins and the image keeps.
            var list = await RunToEnd.Async(
                [Processes.Find("npm")!, "sbom", "--package-lock-only", "--omit=dev", "--sbom-format=cyclonedx"],
                Path.Combine(root, process.Folder), stop);
            await File.WriteAllTextAsync(
                Path.Combine(Directory.CreateDirectory(Path.Combine(root, folder)).FullName, name), list, stop);
            return Counted(Path.Combine(folder, name), list);
        }
        await RunAsync(["tool", "restore"], stop);
        await RunAsync(
            [
                "CycloneDX", Path.Combine(process.Folder, process.Project + ".csproj"),
                "-o", folder, "-fn", name, "-F", "Json", "--disable-package-restore",
                "--base-intermediate-output-path", Path.Combine(root, "artifacts", "obj"),
                "--set-name", "tessera/" + process.Name,
            ],
            stop);
        var path = Path.Combine(folder, name);
        return Counted(path, await File.ReadAllTextAsync(Path.Combine(root, path), stop));
    }

    private static PartsFile Counted(string path, string list)
    {
        var count = CountParts(list);
        if (count == 0) throw new UserError($"{path} names no part at all: the list is worth nothing.");
        return new PartsFile(path, count);
    }

    internal static int CountParts(string list)
    {
        using var document = JsonDocument.Parse(list);
        return document.RootElement.TryGetProperty("components", out var parts) ? parts.GetArrayLength() : 0;
    }

    private static async Task RunAsync(string[] words, CancellationToken stop)
    {
        var start = new ProcessStartInfo("dotnet", words)
        {
            WorkingDirectory = SourceTree.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var tool = Process.Start(start) ?? throw new UserError("dotnet could not be started.");
        var said = tool.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var faults = tool.StandardError.ReadToEndAsync(CancellationToken.None);
        if (!await Processes.WaitOrKillAsync(tool, _timeMax, stop) || tool.ExitCode != 0)
            throw new UserError($"dotnet {words[0]}: {(await faults + await said).Trim().ReplaceLineEndings(" ")}");
    }
}

/// <param name="Path">From the root.</param>
internal sealed record PartsFile(string Path, int Count)
{
    public override string ToString() => $"{Path}, {Count} parts";

    /// <summary>Unless a list is there: for what was published before.</summary>
    /// <param name="image">By digest.</param>
    public async Task AttachMissingAsync(ImageRegistry registry, string image, CancellationToken stop)
    {
        if (!await new AttachParts(registry).IsThereAsync(image, stop)) await AttachAsync(registry, image, stop);
    }

    /// <returns>The digest of the artifact that it is beside the image.</returns>
    public async Task<string> AttachAsync(ImageRegistry registry, string image, CancellationToken stop) =>
        await new AttachParts(registry).RunAsync(
            image, System.IO.Path.GetFileName(Path),
            await File.ReadAllBytesAsync(System.IO.Path.Combine(SourceTree.Root, Path), stop), stop);
}
