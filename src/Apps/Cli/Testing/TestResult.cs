using System.Globalization;
using System.Xml.Linq;

namespace Tessera.Cli.Testing;

/// <param name="Problem">Set when the run itself went wrong: it crashed, or hung until it was ended.</param>
internal sealed record TestResult(
    TestTiming Timing, int Passed, int Failed, int Skipped, IReadOnlyList<TimedTest> Tests,
    IReadOnlyList<FailedTest> Failures, IReadOnlyList<string> SkipReasons, string? Problem)
{
    /// <summary>The end of what it printed, where there is a <see cref="Problem"/>.</summary>
    public IReadOnlyList<string> SaidLast { get; init; } = [];

    public string Project => Timing.Project;

    public TimeSpan Took => Timing.Took;

    public TimeSpan Processor => Timing.Processor;

    public bool IsGood => Failed == 0 && Problem is null;

    public static TestResult Broken(TestTiming timing, string problem) => new(timing, 0, 1, 0, [], [], [], problem);

    /// <summary>Reads the report that an xunit v3 executable writes with <c>-xml</c>.</summary>
    public static TestResult FromXunitXml(TestTiming timing, XDocument report, int exitCode)
    {
        var assemblies = report.Root!.Elements("assembly").ToList();
        var tests = assemblies.Descendants("test").ToList();
        var errors = assemblies.Sum(assembly => Number(assembly, "errors"));
        var failures = tests.Where(test => Result(test) == "Fail")
            .Select(test => new FailedTest(
                (string?)test.Attribute("name") ?? "?",
                test.Element("failure")?.Element("message")?.Value ?? "",
                test.Element("failure")?.Element("stack-trace")?.Value ?? ""))
            .Concat(assemblies.Descendants("error").Select(error => new FailedTest(
                (string?)error.Attribute("name") ?? "an error outside the tests",
                error.Element("failure")?.Element("message")?.Value ?? "",
                error.Element("failure")?.Element("stack-trace")?.Value ?? "")))
            .ToList();
        var failed = assemblies.Sum(assembly => Number(assembly, "failed")) + errors;
        var reasons = tests.Where(test => Result(test) == "Skip")
            .Select(test => test.Element("reason")?.Value ?? "no reason given");
        var problem = exitCode != 0 && failed == 0 ? $"ended with code {exitCode} although no test failed" : null;
        return new TestResult(
            timing,
            assemblies.Sum(assembly => Number(assembly, "passed")),
            failed + (problem is null ? 0 : 1),
            assemblies.Sum(assembly => Number(assembly, "skipped")),
            [.. tests.Select(test => new TimedTest((string?)test.Attribute("name") ?? "?", Seconds(test)))],
            failures,
            [.. reasons.Distinct()],
            problem);
    }

    private static TimeSpan Seconds(XElement test) =>
        double.TryParse((string?)test.Attribute("time"), CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.Zero;

    private static string? Result(XElement test) => (string?)test.Attribute("result");

    private static int Number(XElement element, string name) =>
        int.TryParse((string?)element.Attribute(name), CultureInfo.InvariantCulture, out var number) ? number : 0;
}

internal sealed record FailedTest(string Name, string Message, string StackTrace);

internal sealed record TimedTest(string Name, TimeSpan Took);
