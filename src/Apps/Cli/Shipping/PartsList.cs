using System.Diagnostics;
using System.Text.Json;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shipping;

/// <summary>What an image is made of besides its base: a CycloneDX list of the packages with their versions and
/// licences, by the tool that <c>.config/dotnet-tools.json</c> pins.</summary>
internal static class PartsList
{
    private static readonly TimeSpan _timeMax = TimeSpan.FromMinutes(5);

    /// <returns>The file, and how many parts it names.</returns>
    public static async Task<string> WriteAsync(ListedProcess process, CancellationToken stop)
    {
        var root = SourceTree.Root;
        await RunAsync(["tool", "restore"], stop);
        var folder = Path.Combine("artifacts", "images", process.Project);
        var name = process.Name + ".cdx.json";
        await RunAsync(
            [
                "CycloneDX", Path.Combine(process.Folder, process.Project + ".csproj"),
                "-o", folder, "-fn", name, "-F", "Json", "--disable-package-restore",
                "--base-intermediate-output-path", Path.Combine(root, "artifacts", "obj"),
                "--set-name", "tessera/" + process.Name,
            ],
            stop);
        var file = Path.Combine(root, folder, name);
        var count = CountParts(await File.ReadAllTextAsync(file, stop));
        if (count == 0) throw new UserError($"{file} names no part at all: the list is worth nothing.");
        return $"{Path.Combine(folder, name)}, {count} parts";
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
