using System.Text.Json;
using Tessera.Cli.Up;

namespace Tessera.Cli.Servers;

/// <summary>Tells whoever collects metrics where each process has them: a file in the form of Prometheus's
/// <c>file_sd_configs</c>, which it looks at again whenever it changes.</summary>
internal static class MetricsTargets
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Whoever deleted the folder has no use for it.</summary>
    public static void Write(RunFolder folder, IReadOnlyList<PlannedInstance> instances)
    {
        if (!folder.IsStillOurs()) return;
        var targets = instances.Select(instance => new Target(
            [new Uri(instance.OwnAddress).Authority], new Labels(instance.Service, instance.Name)));
        var next = folder.TargetsFile + ".new";
        File.WriteAllText(next, JsonSerializer.Serialize(targets, _json));
        File.Move(next, folder.TargetsFile, overwrite: true);
    }

    private sealed record Target(IReadOnlyList<string> Targets, Labels Labels);

    private sealed record Labels(string Service, string Instance);
}
