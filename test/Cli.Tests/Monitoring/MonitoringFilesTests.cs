using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tessera.Cli.Monitoring;
using Tessera.Cli.Servers;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>What stands in <c>deploy/monitoring</c> is what Prometheus, Alertmanager and Grafana take, and each alert
/// has its page.</summary>
public sealed partial class MonitoringFilesTests
{
    private static string Rules => File.ReadAllText(PathOf("rules.yml"));

    private static string[] Alerts => [.. Alert().Matches(Rules).Select(match => match.Groups[1].Value)];

    private static IEnumerable<string> Expressions
    {
        get
        {
            using var dashboard = JsonDocument.Parse(File.ReadAllText(PathOf("dashboard.json")));
            return [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()
                .Where(panel => panel.TryGetProperty("targets", out _))
                .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
                .Select(target => target.GetProperty("expr").GetString()!)];
        }
    }

    [Fact]
    public async Task Prometheus_takes_the_configuration_and_the_rules() =>
        await Debian.SucceedsAsync("promtool", "check", "config", PathOf("prometheus.yml"));

    [Fact]
    public async Task The_rules_make_of_given_series_what_they_should() =>
        await Debian.SucceedsAsync("promtool", "test", "rules", PathOf("rules.test.yml"));

    [Fact]
    public void Each_alert_is_tried_on_given_series()
    {
        var tests = File.ReadAllText(PathOf("rules.test.yml"));
        Assert.DoesNotContain(Alerts, alert =>
            !tests.Contains($"alertname: {alert}\n        exp_alerts:\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Alertmanager_takes_its_configuration() =>
        await Debian.SucceedsAsync("amtool", "check-config", PathOf("alertmanager.yml"));

    [Theory]
    [InlineData("page", "severity=page", "alertname=ServiceDown")]
    [InlineData("ticket", "severity=ticket", "alertname=EventsParked")]
    [InlineData("ticket", "alertname=Unheard")]
    public async Task Alertmanager_tells_who_should_be_told(string receiver, params string[] labels) =>
        await Debian.SucceedsAsync("amtool",
        [
            "config", "routes", "test", "--config.file", PathOf("alertmanager.yml"),
            "--verify.receivers=" + receiver, .. labels,
        ]);

    [Fact]
    public void Each_alert_has_its_page_in_the_runbook_and_each_page_its_alert()
    {
        var headings = Heading().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "runbook.md")))
            .Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(Alerts.Order(StringComparer.Ordinal), headings.Order(StringComparer.Ordinal));
        Assert.Equal(
            Alerts.Select(alert => "docs/runbook.md#" + alert.ToLower(CultureInfo.InvariantCulture)),
            RunbookUrl().Matches(Rules).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void Each_alert_names_a_page_of_the_console()
    {
        var mapped = Mapped().Matches(File.ReadAllText(Path.Combine(
            SourceTree.Root, "src", "Apps", "Ops", "Pages", "PagesSetup.cs"))).Select(page => page.Groups[1].Value);
        var named = ConsolePath().Matches(Rules).Select(path =>
            path.Groups[1].Value.Replace("{{ $labels.service }}", "{service}", StringComparison.Ordinal)).ToArray();
        Assert.Equal(Alerts.Length, named.Length);
        Assert.Empty(named.Select(path => path.Length == 0 ? "/" : path).Except(mapped));
    }

    [Fact]
    public void Each_page_says_what_it_means_then_what_to_look_at_then_what_to_do()
    {
        var pages = Heading().Split(File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "runbook.md")))
            .Skip(1).Chunk(2);
        Assert.All(pages, page => Assert.Matches(@"(?s)^\s*\*\*It means\*\*.*\*\*Look at\*\*.*\*\*Do:?\*\*", page[1]));
    }

    [Fact]
    public void The_dashboard_is_what_its_generator_makes() =>
        Assert.Equal(DashboardFile.Make(), File.ReadAllText(PathOf("dashboard.json")));

    [Fact]
    public async Task Prometheus_understands_every_line_of_the_dashboard()
    {
        var file = Path.GetTempFileName();
        var rules = Expressions.Select((expression, index) =>
            $"      - record: line:{index}\n        expr: {JsonSerializer.Serialize(expression)}\n");
        await File.WriteAllTextAsync(
            file, "groups:\n  - name: dashboard\n    rules:\n" + string.Concat(rules),
            TestContext.Current.CancellationToken);
        await Debian.SucceedsAsync("promtool", "check", "rules", file);
        File.Delete(file);
    }

    [Fact]
    public void A_value_that_a_file_has_no_more_is_an_error_and_not_forgotten()
    {
        var error = Assert.Throws<UserError>(() => MonitoringFiles.Read("prometheus.yml", ("mine", "nobody's")));
        Assert.Contains("prometheus.yml has no 'nobody's'", error.Message, StringComparison.Ordinal);
    }

    private static string PathOf(string name) => Path.Combine(MonitoringFiles.Folder, name);

    [GeneratedRegex("^ +- alert: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex("^ +runbook_url: (.+)$", RegexOptions.Multiline)]
    private static partial Regex RunbookUrl();

    [GeneratedRegex("^ +runbook_url: .+\n +console_path: /ops(.*)$", RegexOptions.Multiline)]
    private static partial Regex ConsolePath();

    [GeneratedRegex("""pages\.MapGet\("([^"]+)""")]
    private static partial Regex Mapped();

    [GeneratedRegex("^## (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
