using System.Globalization;
using System.Text.RegularExpressions;
using Tessera.Cli.Servers;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>What stands in <c>deploy/monitoring/collector.yml</c> belongs together and is what docs/monitoring.md says.
/// The collector itself is in none of Debian's packages.</summary>
public sealed partial class CollectorFileTests
{
    private static readonly string[] kinds = ["receivers", "processors", "exporters"];

    private static readonly string file = File.ReadAllText(Path.Combine(MonitoringFiles.Folder, "collector.yml"));

    /// <summary>Each signal with what it goes through, in order.</summary>
    private static readonly Dictionary<string, Dictionary<string, string[]>> pipelines = Pipeline().Matches(file)
        .ToDictionary(
            signal => signal.Groups[1].Value,
            signal => Step().Matches(signal.Groups[2].Value).ToDictionary(
                step => step.Groups[1].Value, step => step.Groups[2].Value.Split(", ")));

    [Fact]
    public void Each_signal_comes_in_and_goes_out() => Assert.All(["traces", "metrics", "logs"], signal =>
        Assert.Equal(kinds.Order(), pipelines[signal].Keys.Order()));

    [Theory]
    [InlineData("receivers")]
    [InlineData("processors")]
    [InlineData("exporters")]
    public void What_a_pipeline_names_is_there_and_what_is_there_is_named(string kind) => Assert.Equal(
        Name().Matches(SectionOf(kind)).Select(name => name.Groups[1].Value).Order(),
        pipelines.Values.SelectMany(steps => steps[kind]).Distinct().Order());

    /// <summary>What comes too fast is refused before it costs anything, and what is dropped fills no batch.</summary>
    [Fact]
    public void Memory_is_looked_at_first_and_what_is_kept_is_batched_last()
    {
        Assert.Equal(["memory_limiter", "tail_sampling", "batch"], pipelines["traces"]["processors"]);
        Assert.All(["metrics", "logs"], signal =>
            Assert.Equal(["memory_limiter", "batch"], pipelines[signal]["processors"]));
    }

    [Fact]
    public void Of_all_traces_it_keeps_errors_slow_ones_and_a_tenth_of_the_others()
    {
        Assert.Equal(
            [
                ("errors", "status_code", "status_codes: [ERROR]"), ("slow", "latency", $"threshold_ms: {Aim()}"),
                ("a-tenth-of-the-others", "probabilistic", "sampling_percentage: 10"),
            ],
            Policy().Matches(SectionOf("processors")).Select(policy =>
                (policy.Groups[1].Value, policy.Groups[2].Value, policy.Groups[3].Value)));
        Assert.Equal(3, Regex.Count(SectionOf("processors"), "- name:"));
    }

    /// <summary>What it passes on must not come back to it.</summary>
    [Fact]
    public void It_listens_where_the_services_are_told_to_send_and_nowhere_that_it_sends_to_itself()
    {
        var listens = EndpointsOf("receivers");
        Assert.Equal(["127.0.0.1:4317", "127.0.0.1:4318"], listens);
        Assert.Contains($"OTEL_EXPORTER_OTLP_ENDPOINT=http://{listens[0]} ", file, StringComparison.Ordinal);
        Assert.Empty(listens.Intersect(EndpointsOf("exporters")));
    }

    private static string[] EndpointsOf(string kind) =>
        [.. Endpoint().Matches(SectionOf(kind)).Select(endpoint => endpoint.Groups[1].Value)];

    /// <summary>The time to confirm that the alerts ask for, in milliseconds.</summary>
    private static string Aim()
    {
        var rules = File.ReadAllText(Path.Combine(MonitoringFiles.Folder, "rules.yml"));
        var seconds = Assert.Single(Bound().Matches(rules).Select(bound => bound.Groups[1].Value).Distinct());
        return (double.Parse(seconds, CultureInfo.InvariantCulture) * 1_000).ToString(CultureInfo.InvariantCulture);
    }

    private static string SectionOf(string kind) =>
        Section().Matches(file).Single(section => section.Groups[1].Value == kind).Groups[2].Value;

    [GeneratedRegex(@"^(\w+):\n((?:(?: .*)?\n)+)", RegexOptions.Multiline)]
    private static partial Regex Section();

    [GeneratedRegex(@"^  ([a-z_/]+):", RegexOptions.Multiline)]
    private static partial Regex Name();

    [GeneratedRegex(@"^    (\w+):\n((?:      \w+: \[.*\]\n)+)", RegexOptions.Multiline)]
    private static partial Regex Pipeline();

    [GeneratedRegex(@"(\w+): \[(.+)\]")]
    private static partial Regex Step();

    [GeneratedRegex(@"- name: (\S+)\n +type: (\w+)\n +\2: \{ (.+) \}")]
    private static partial Regex Policy();

    [GeneratedRegex(@"^ +endpoint: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Endpoint();

    [GeneratedRegex(@"le=""([\d.]+)""")]
    private static partial Regex Bound();
}
