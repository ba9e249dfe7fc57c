using System.Globalization;
using Tessera.Cli.Testing;
using Tessera.Cli.Up;

namespace Tessera.Rolling;

/// <summary>How much is tried: one service on one broker, or with <c>./tessera test --project Rolling --all</c> all of
/// both.</summary>
internal static class Extent
{
    /// <summary>Orders a second; <c>TESSERA_ROLLING_RATE</c> says another number.</summary>
    public static int Rate => int.TryParse(
        Environment.GetEnvironmentVariable("TESSERA_ROLLING_RATE"), CultureInfo.InvariantCulture, out var rate)
        ? rate
        : IsAll ? 100 : 20;

    public static bool IsAll => Environment.GetEnvironmentVariable(TestRunOptions.AllVariable) == "true";

    /// <summary><c>TESSERA_ROLLING_BROKERS</c> names others.</summary>
    public static IReadOnlyList<string> Brokers =>
        Named("TESSERA_ROLLING_BROKERS") ?? (IsAll ? ["rabbitmq", "kafka"] : ["rabbitmq"]);

    /// <summary>Those that are replaced; <c>TESSERA_ROLLING_SERVICES</c> names others.</summary>
    public static IReadOnlyList<string> Services => Named("TESSERA_ROLLING_SERVICES")
        ?? (IsAll ? [.. SourceTree.Services().Select(project => project.ToLowerInvariant())] : ["orders"]);

    private static string[]? Named(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } names ? names.Split(',') : null;

    /// <summary>The name of the service's last release; pages and gateway have no contract, and are taken as they were
    /// when Orders was released last.</summary>
    public static string LastReleaseOf(string service)
    {
        var released = Path.Combine(SourceTree.Root, "contracts", service, "released");
        return Directory.Exists(released)
            ? $"{service}/v{Directory.GetDirectories(released).Max(folder => Version.Parse(Path.GetFileName(folder)))}"
            : LastReleaseOf("orders");
    }

    public static string ReleasedVersionOf(string service) => LastReleaseOf(service).Split("/v")[1];

    /// <summary>What the build that is here says of itself.</summary>
    public static string VersionOf(string service)
    {
        string[] rooms = ["Services", "Apps"];
        var project = SourceTree.Services().First(each => each.Equals(service, StringComparison.OrdinalIgnoreCase));
        var file = rooms.Select(room => Path.Combine(SourceTree.Root, "src", room, project, "version.txt"))
            .First(File.Exists);
        return File.ReadAllText(file).Trim();
    }
}
