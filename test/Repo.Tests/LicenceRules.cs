using System.Xml.Linq;

namespace Tessera.Repo.Tests;

/// <summary>Packages are pinned in one place, and each is under a licence that the OSI approved.</summary>
internal static class LicenceRules
{
    private static readonly string[] Approved =
    [
        "MIT", "MIT-0", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "PostgreSQL", "MS-PL", "MPL-2.0", "ISC",
        "BlueOak-1.0.0", "Unlicense",
    ];

    /// <summary>Known by reading their licence files: the package names a file or an address,
    /// not an expression.</summary>
    private static readonly Dictionary<string, string> ReadByHand = new(StringComparer.OrdinalIgnoreCase)
    {
        ["xunit.v3"] = "Apache-2.0",
        ["CsvHelper"] = "MS-PL OR Apache-2.0",
        ["Confluent.Kafka"] = "Apache-2.0",
        ["RabbitMQ.Client"] = "Apache-2.0 OR MPL-2.0",
        ["CloudNative.CloudEvents"] = "Apache-2.0",
        ["SmtpServer"] = "MIT",
        ["StandardWebhooks"] = "MIT",
        ["Otp.NET"] = "MIT",
        ["CloudNative.CloudEvents.SystemTextJson"] = "Apache-2.0",
    };

    public static IEnumerable<(string Id, string Version)> Pinned =>
        XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion")
            .Select(package => ((string)package.Attribute("Include")!, (string)package.Attribute("Version")!));

    public static string? Violation(string id, string? licence) =>
        licence is not null && licence.Split([" OR ", " AND "], StringSplitOptions.None)
            .Any(part => Approved.Contains(part.Trim('(', ')', ' ')))
            ? null
            : $"{id} has the licence '{licence ?? "unknown"}', which is not on the list of approved ones.";

    /// <summary>The licence expression of a restored package, or null when the package is
    /// not on this machine.</summary>
    public static (bool Restored, string? Licence) LicenceOf(string id, string version)
    {
        if (ReadByHand.TryGetValue(id, out var known)) return (true, known);
        var folder = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
#pragma warning disable CA1308 // The package folder is lower case by NuGet's own rule.
        var name = id.ToLowerInvariant();
#pragma warning restore CA1308
        var file = Path.Combine(folder, name, version, name + ".nuspec");
        if (!File.Exists(file)) return (false, null);
        var licence = XDocument.Load(file).Descendants().FirstOrDefault(element =>
            element.Name.LocalName == "license" && (string?)element.Attribute("type") == "expression");
        return (true, licence?.Value);
    }
}
