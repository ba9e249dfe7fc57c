using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tessera.Testing;
using Tessera.Testing.Servers;

namespace Tessera.EndToEnd;

/// <summary>The real Prometheus and Alertmanager with the files of <c>deploy/monitoring</c>, only quicker: they look
/// every second instead of every fifteen, and what must hold for minutes must hold for five seconds. No expression is
/// changed.</summary>
internal sealed partial class QuickPrometheus : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new("prometheus");
    private readonly HttpClient _http = new();
    private readonly int _port = FreePort.Next();
    private readonly int _alertmanagerPort = FreePort.Next();
    private readonly List<ServerProcess> _processes = [];

    private static string Files => Path.Combine(Command.Root, "deploy", "monitoring");

    /// <param name="targets">As <c>up</c> writes them.</param>
    public static async Task<QuickPrometheus> StartAsync(string targets)
    {
        var started = new QuickPrometheus();
        await started.WriteAsync(targets);
        started.Run("prometheus-alertmanager", "--config.file", started.PathOf("alertmanager.yml"),
            "--storage.path", started.PathOf("alerts"), "--cluster.listen-address=",
            "--web.listen-address", Address(started._alertmanagerPort));
        started.Run("prometheus", "--config.file", started.PathOf("prometheus.yml"),
            "--storage.tsdb.path", started.PathOf("data"), "--web.listen-address", Address(started._port));
        await Eventually.HoldsAsync("both are ready", async () =>
            await started.IsReadyAsync(started._port) && await started.IsReadyAsync(started._alertmanagerPort));
        return started;
    }

    /// <summary>The alerts that somebody is told of, with the service or broker that they are about; sorted.</summary>
    public async Task<IReadOnlyList<string>> ToldAsync()
    {
        var alerts = await _http.GetFromJsonAsync<JsonElement>(
            new Uri($"http://{Address(_alertmanagerPort)}/api/v2/alerts?active=true&silenced=false&inhibited=false"));
        return [.. alerts.EnumerateArray().Select(alert => NameOf(alert.GetProperty("labels")))
            .Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Those that fire, told or not.</summary>
    public Task<IReadOnlyList<string>> FiringAsync() => AlertsAsync("firing");

    /// <summary>Those whose expression holds, for however short.</summary>
    public async Task<IReadOnlyList<string>> HoldingAsync() =>
        [.. (await AlertsAsync("pending")).Concat(await AlertsAsync("firing"))];

    public async Task<IReadOnlySet<string>> MetricNamesAsync()
    {
        var names = await AskAsync("label/__name__/values");
        return names.EnumerateArray().Select(name => name.GetString()!).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The value of an expression that has one.</summary>
    public async Task<double?> ValueAsync(string expression)
    {
        var answer = await AskAsync("query?query=" + Uri.EscapeDataString(expression));
        var found = answer.GetProperty("result").EnumerateArray().ToList();
        return found.Count == 0
            ? null
            : double.Parse(found[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    private async Task WriteAsync(string targets)
    {
        var rules = await File.ReadAllTextAsync(Path.Combine(Files, "rules.yml"));
        await File.WriteAllTextAsync(PathOf("rules.yml"), For().Replace(rules, "$1 5s"));
        var prometheus = await File.ReadAllTextAsync(Path.Combine(Files, "prometheus.yml"));
        await File.WriteAllTextAsync(PathOf("prometheus.yml"), prometheus
            .Replace("_interval: 15s", "_interval: 1s", StringComparison.Ordinal)
            .Replace("targets.json", targets, StringComparison.Ordinal)
            .Replace("127.0.0.1:9093", Address(_alertmanagerPort), StringComparison.Ordinal));
        var alertmanager = await File.ReadAllTextAsync(Path.Combine(Files, "alertmanager.yml"));
        await File.WriteAllTextAsync(PathOf("alertmanager.yml"), alertmanager
            .Replace("group_wait: 30s", "group_wait: 1s", StringComparison.Ordinal)
            .Replace("group_interval: 5m", "group_interval: 1s", StringComparison.Ordinal));
    }

    private void Run(string program, params string[] words)
    {
        if (!File.Exists("/usr/bin/" + program))
        {
            throw new InvalidOperationException(
                $"{program} is not here: apt-get install prometheus prometheus-alertmanager");
        }
        _processes.Add(ServerProcess.Start("/usr/bin/" + program, words, _folder.Path));
    }

    private async Task<bool> IsReadyAsync(int port)
    {
        using var answer = await _http.GetAsync(new Uri($"http://{Address(port)}/-/ready"));
        return answer.IsSuccessStatusCode;
    }

    private async Task<IReadOnlyList<string>> AlertsAsync(string state)
    {
        var alerts = (await AskAsync("alerts")).GetProperty("alerts").EnumerateArray();
        return [.. alerts.Where(alert => alert.GetProperty("state").GetString() == state)
            .Select(alert => NameOf(alert.GetProperty("labels"))).Distinct().Order(StringComparer.Ordinal)];
    }

    private async Task<JsonElement> AskAsync(string what) =>
        (await _http.GetFromJsonAsync<JsonElement>(new Uri($"http://{Address(_port)}/api/v1/{what}")))
            .GetProperty("data");

    private static string NameOf(JsonElement labels) => string.Join(' ',
        new[] { "alertname", "service", "messaging_system" }
            .Where(label => labels.TryGetProperty(label, out _))
            .Select(label => labels.GetProperty(label).GetString()));

    private string PathOf(string name) => _folder.File(name);

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    [GeneratedRegex(@"^( +for:) \d+[smh]$", RegexOptions.Multiline)]
    private static partial Regex For();
}
