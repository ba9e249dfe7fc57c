using System.Globalization;

namespace Tessera.Cli.Testing;

/// <summary>What a run of the tests prints.</summary>
internal static class TestReport
{
    /// <summary>So many lines tell what a process died of: its exception and the upper half of the stack.</summary>
    public const int LastLines = 25;

    private const int FailureLinesMax = 25;
    private const int ShortMax = 400;
    private const int LastLinesAgain = 10;
    private const int SlowestMax = 50;

    public static void Print(TestResult result)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(result.IsGood ? "ok  " : "FAIL")} {result.Project,-32} {result.Passed,5} passed " +
            $"{result.Failed,4} failed {result.Skipped,4} skipped {result.Took.TotalSeconds,7:0.0} s, " +
            $"processor {result.Processor.TotalSeconds:0.0} s"));
        if (result.Problem is not null) Console.WriteLine($"     {result.Problem}");
        foreach (var line in result.SaidLast) Console.WriteLine($"       {line}");
        foreach (var failure in result.Failures)
        {
            Console.WriteLine($"     {failure.Name}");
            var told = (failure.Message + "\n" + failure.StackTrace).Split('\n');
            foreach (var text in told.Take(FailureLinesMax)) Console.WriteLine($"       {text.TrimEnd()}");
        }
        foreach (var reason in result.SkipReasons) Console.WriteLine($"     skipped: {reason}");
    }

    /// <summary>Where the time goes, so that nobody has to guess what to make quicker.</summary>
    public static void PrintSlowest(IReadOnlyList<TestResult> results)
    {
        var slowest = results.SelectMany(result => result.Tests.Select(test => (result.Project, test.Name, test.Took)))
            .OrderByDescending(test => test.Took).Take(SlowestMax).ToList();
        if (slowest.Count == 0) return;
        Console.WriteLine();
        Console.WriteLine($"the slowest {slowest.Count}:");
        foreach (var (project, name, took) in slowest)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{took.TotalSeconds,7:0.0} s  {project}  {name}"));
        }
    }

    /// <summary>Once more at the end, a line each: a long log is often shown without its middle.</summary>
    public static void PrintFailed(IReadOnlyList<TestResult> results)
    {
        var lines = Failed(results).ToList();
        if (lines.Count == 0) return;
        Console.WriteLine();
        Console.WriteLine("failed:");
        foreach (var line in lines) Console.WriteLine($"     {line}");
    }

    internal static IEnumerable<string> Failed(IEnumerable<TestResult> results) => results.SelectMany(result =>
        result.Failures.Select(failure => $"{result.Project}  {failure.Name}: {Shortened(failure.Message)}")
            .Concat(result.Problem is { } problem ? [$"{result.Project}  {problem}"] : [])
            .Concat(result.SaidLast.TakeLast(LastLinesAgain).Select(line => "  " + line)));

    /// <summary>What a message is about stands at its beginning, and what ended a command at its end.</summary>
    private static string Shortened(string message)
    {
        var line = message.ReplaceLineEndings(" ");
        return line.Length <= ShortMax ? line : $"{line[..(ShortMax / 2)]} … {line[^(ShortMax / 2)..]}";
    }

    /// <summary>The last line stands alone, for programs that read it.</summary>
    public static int PrintSum(IReadOnlyList<TestResult> results, IReadOnlyList<MissingServer> missing, bool inCi)
    {
        var failed = results.Sum(result => result.Failed);
        if (inCi)
        {
            // What a developer's machine may lack, CI must have: a skipped backend would hide a broken promise.
            foreach (var server in missing)
                Console.WriteLine($"FAIL required server {server.Name} could not be had: {server.HowToGet}");
            failed += missing.Count;
        }
        Console.WriteLine();
        Console.WriteLine(
            $"{results.Sum(result => result.Passed)} passed, {failed} failed, " +
            $"{results.Sum(result => result.Skipped)} skipped");
        return failed == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
