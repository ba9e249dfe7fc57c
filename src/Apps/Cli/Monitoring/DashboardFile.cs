using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tessera.Cli.Monitoring;

/// <summary>Makes <c>deploy/monitoring/dashboard.json</c>, as Grafana reads it, of the panels that
/// <see cref="DashboardPanels"/> lists: places, numbers and data sources are the same everywhere.</summary>
internal static class DashboardFile
{
    public const string Path = "deploy/monitoring/dashboard.json";

    private const int Columns = 3;
    private const int Width = 24 / Columns;
    private const int Height = 8;

    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // A file, not a part of a page.
    };

    public static string Make()
    {
        var panels = new JsonArray();
        var (id, y) = (1, 0);
        foreach (var row in DashboardPanels.All)
        {
            panels.Add(Row(id++, row.Title, y++));
            for (var index = 0; index < row.Panels.Count; index++)
            {
                var at = (X: index % Columns * Width, Y: y + (index / Columns * Height));
                panels.Add(Graph(id++, row.Panels[index], at.X, at.Y));
            }
            y += (row.Panels.Count + Columns - 1) / Columns * Height;
        }
        return new JsonObject
        {
            ["title"] = "Tessera",
            ["uid"] = "tessera",
            ["tags"] = new JsonArray("tessera"),
            ["schemaVersion"] = 38,
            ["editable"] = false,
            ["refresh"] = "15s",
            ["time"] = new JsonObject { ["from"] = "now-1h", ["to"] = "now" },
            ["templating"] = new JsonObject { ["list"] = new JsonArray(DataSources()) },
            ["panels"] = panels,
        }.ToJsonString(_json) + "\n";
    }

    private static JsonObject DataSources() => new()
    {
        ["name"] = "source",
        ["label"] = "Prometheus",
        ["type"] = "datasource",
        ["query"] = "prometheus",
    };

    private static JsonObject Row(int id, string title, int y) => new()
    {
        ["id"] = id,
        ["type"] = "row",
        ["title"] = title,
        ["gridPos"] = Place(0, y, 24, 1),
        ["panels"] = new JsonArray(),
    };

    private static JsonObject Graph(int id, DashboardPanel panel, int x, int y) => new()
    {
        ["id"] = id,
        ["type"] = "timeseries",
        ["title"] = panel.Title,
        ["gridPos"] = Place(x, y, Width, Height),
        ["datasource"] = Source(),
        ["fieldConfig"] = new JsonObject
        {
            ["defaults"] = new JsonObject { ["unit"] = panel.Unit, ["min"] = 0 },
            ["overrides"] = new JsonArray(),
        },
        ["targets"] = new JsonArray([.. panel.Lines.Select(Target)]),
    };

    private static JsonNode Target(DashboardLine line, int index) => new JsonObject
    {
        ["refId"] = ((char)('A' + index)).ToString(),
        ["datasource"] = Source(),
        ["expr"] = line.Expression,
        ["legendFormat"] = line.Legend,
        ["exemplar"] = line.Expression.Contains("_bucket", StringComparison.Ordinal),
    };

    private static JsonObject Source() => new() { ["type"] = "prometheus", ["uid"] = "${source}" };

    private static JsonObject Place(int x, int y, int width, int height) =>
        new() { ["x"] = x, ["y"] = y, ["w"] = width, ["h"] = height };
}
