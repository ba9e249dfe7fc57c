using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Tessera.Cli.Up;
using Tessera.Releasing;

namespace Tessera.Cli.Releasing;

/// <summary>Whether a package of a service, or one that those need, is known to be vulnerable.</summary>
internal static class AuditCommand
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(5);
    private static readonly string[] _failing = ["High", "Critical"];

    public static Command Create()
    {
        var service = new Argument<string>("service") { Description = "Such as orders." };
        var command = new Command(
            "audit", "Ask the package source which packages of a service are vulnerable; fails on high "
                + "ones.") { service };
        command.SetAction(async (parsed, stop) =>
        {
            var repository = new Repository(SourceTree.Root);
            try
            {
                return await RunAsync(repository.Find(parsed.GetRequiredValue(service)), stop);
            }
            catch (ReleaseException fault)
            {
                throw new UserError(fault.Message);
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(Releasable service, CancellationToken stop)
    {
        var start = new ProcessStartInfo("dotnet",
            [
                "list", service.ProjectFile, "package", "--vulnerable", "--include-transitive", "--format", "json",
            ])
        {
            WorkingDirectory = SourceTree.Root, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        if (!await Processes.WaitOrKillAsync(process, _timeout, stop))
            throw new UserError($"{service.Name}: not audited, the package source did not answer in time.");
        var audit = Audit.Read(await said, await errors);
        foreach (var line in audit.Lines) Console.WriteLine($"{service.Name}: {line}");
        if (audit.Unknown is { } why)
            throw new UserError($"{service.Name}: not audited, nothing is known of its packages: {why}");
        return audit.Worst.Any(_failing.Contains) ? ExitCodes.Failed : ExitCodes.Ok;
    }
}

/// <summary>What the package source said.</summary>
/// <param name="Worst">How bad each vulnerability is, as the source calls it.</param>
/// <param name="Unknown">Why nothing is known; null when the source answered.</param>
internal sealed record Audit(IReadOnlyList<string> Lines, IReadOnlyList<string> Worst, string? Unknown)
{
    public static Audit Read(string json, string errors)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.TryGetProperty("problems", out var problems) && problems.GetArrayLength() > 0)
            {
                return new Audit([], [], string.Join("; ", problems.EnumerateArray()
                    .Select(each => each.GetProperty("text").GetString()!.ReplaceLineEndings(" "))));
            }
            var found = root.GetProperty("projects").EnumerateArray().SelectMany(Packages)
                .SelectMany(package => package.GetProperty("vulnerabilities").EnumerateArray().Select(each => (
                    Id: package.GetProperty("id").GetString()!,
                    Version: package.GetProperty("resolvedVersion").GetString()!,
                    Severity: each.GetProperty("severity").GetString()!,
                    Url: each.GetProperty("advisoryurl").GetString()!))).ToArray();
            var lines = found.Length == 0
                ? ["no package is known to be vulnerable"]
                : found.Select(each => $"{each.Id} {each.Version} {each.Severity} {each.Url}").ToArray();
            return new Audit(lines, [.. found.Select(each => each.Severity)], null);
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException)
        {
            var said = $"{json} {errors}".ReplaceLineEndings(" ").Trim();
            return new Audit([], [], said.Length > 0 ? said : "dotnet list said nothing");
        }
    }

    private static IEnumerable<JsonElement> Packages(JsonElement project)
    {
        if (!project.TryGetProperty("frameworks", out var frameworks)) yield break;
        foreach (var framework in frameworks.EnumerateArray())
        {
            foreach (var kind in new[] { "topLevelPackages", "transitivePackages" })
            {
                if (!framework.TryGetProperty(kind, out var packages)) continue;
                foreach (var package in packages.EnumerateArray()) yield return package;
            }
        }
    }
}
