using System.Text.Json;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.Ops.Seeing;

/// <summary>Where each process tells its metrics: the file that Prometheus reads too (<c>file_sd_configs</c>).
/// </summary>
internal sealed class MetricsTargets(IOptions<OpsOptions> options, IOptions<TesseraOptions> tessera)
{
    /// <summary>A store has some dozens of processes; a file with more is not ours.</summary>
    private const int TargetsMax = 200;

    private string FileName => options.Value.Targets
        ?? Path.Combine(tessera.Value.DataDirectory, "run", "targets.json");

    /// <summary>None when there is no such file: then the processes' figures are not known.</summary>
    public IReadOnlyList<MetricsTarget> Read()
    {
        try
        {
            var groups = JsonSerializer.Deserialize<Group[]>(File.ReadAllText(FileName), JsonSerializerOptions.Web);
            return
            [
                .. (groups ?? []).Where(group => group.Labels?.Service is not null)
                    .SelectMany(group => group.Targets ?? [], (group, address) => new MetricsTarget(
                        group.Labels!.Service!, group.Labels.Instance ?? address, address))
                    .Take(TargetsMax),
            ];
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    private sealed record Group(IReadOnlyList<string>? Targets, Labels? Labels);

    private sealed record Labels(string? Service, string? Instance);
}

internal sealed record MetricsTarget(string Service, string Instance, string Address)
{
    public Uri Uri => new($"http://{Address}/metrics");
}
