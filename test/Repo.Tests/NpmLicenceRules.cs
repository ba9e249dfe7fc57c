using System.Text.Json;

namespace Tessera.Repo.Tests;

/// <summary>What the lock files of npm pin is under licences that the OSI approved, as what NuGet brings.</summary>
internal static class NpmLicenceRules
{
    /// <summary>Known by reading their licence files: the package has no field for it, or one that npm no longer reads.
    /// </summary>
    private static readonly Dictionary<string, string> ReadByHand = new(StringComparer.Ordinal)
    {
        ["reserved@0.1.2"] = "MIT",
    };

    /// <param name="lockFile">Of version 3, which names the licence of each package.</param>
    public static IEnumerable<string> Violations(string lockFile)
    {
        using var json = JsonDocument.Parse(lockFile);
        if (json.RootElement.GetProperty("lockfileVersion").GetInt32() < 3)
            return ["The lock file is of a version that names no licences: make it again with npm 9 or later."];
        return
        [
            .. json.RootElement.GetProperty("packages").EnumerateObject()
                .Where(package => package.Name.Length > 0) // The first is the project itself.
                .Select(package => (Id: IdOf(package), Licence: LicenceOf(package.Value)))
                .Select(package => LicenceRules.Violation(
                    package.Id, package.Licence ?? ReadByHand.GetValueOrDefault(package.Id)))
                .OfType<string>(),
        ];
    }

    private static string IdOf(JsonProperty package)
    {
        const string folder = "node_modules/";
        var name = package.Name[(package.Name.LastIndexOf(folder, StringComparison.Ordinal) + folder.Length)..];
        return package.Value.TryGetProperty("version", out var version) ? $"{name}@{version.GetString()}" : name;
    }

    private static string? LicenceOf(JsonElement package) =>
        package.TryGetProperty("license", out var licence) && licence.ValueKind == JsonValueKind.String
            ? licence.GetString()
            : null;
}
