using System.Diagnostics;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Tessera.Cli.Up;

namespace Tessera.Cli.Testing;

/// <summary>Builds, gets the servers, runs the test executables and sums up.</summary>
internal static class TestRun
{
    /// <summary>No test project takes this long; one that does hangs.</summary>
    private static readonly TimeSpan _projectTimeout = TimeSpan.FromMinutes(25);

    private const int FailureLinesMax = 25;

    public static bool InCi => Environment.GetEnvironmentVariable("CI") is "true" or "1";

    public static async Task<int> RunAsync(
        IReadOnlyList<TestProject> projects, string? filter, bool installServers, CancellationToken stop)
    {
        await BuildAsync(stop);
        var missing = await Servers.ProvideAsync(installServers, stop);
        foreach (var server in missing) Console.WriteLine($"server {server.Name}: not here. {server.HowToGet}");
        Console.WriteLine(projects.Count == 1 ? "1 test project" : $"{projects.Count} test projects");
        var results = new List<TestResult>();
        // Two at a time: more would starve each other on a small machine, and tests that wait for
        // real time would notice.
        await RunSomeAsync(
            [.. projects.Where(project => !project.RunsAlone)], Math.Clamp(Environment.ProcessorCount / 2, 1, 2));
        await RunSomeAsync([.. projects.Where(project => project.RunsAlone)], 1);
        return Summary(results, missing);

        async Task RunSomeAsync(List<TestProject> some, int atOnce) => await Parallel.ForEachAsync(
            some,
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = stop },
            async (project, end) =>
            {
                var result = await RunOneAsync(project, filter, end);
                lock (results)
                {
                    results.Add(result);
                    Report(result);
                }
            });
    }

    private static async Task BuildAsync(CancellationToken stop)
    {
        Console.WriteLine("building Tessera.slnx");
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "build", Path.Combine(SourceTree.Root, "Tessera.slnx"), "-c", "Release",
                "-v", "q", "-clp:NoSummary", "--nologo", "-nr:false",
            ])
        {
            WorkingDirectory = SourceTree.Root,
        };
        using var build = Process.Start(start)!;
        await Processes.WaitOrKillAsync(build, TimeSpan.FromMinutes(20), stop);
        if (build.ExitCode != 0) throw new UserError("The build failed, so no test ran.");
    }

    private static async Task<TestResult> RunOneAsync(TestProject project, string? filter, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        if (!File.Exists(project.Binary))
        {
            return TestResult.Broken(
                project.Name, clock.Elapsed, $"{project.Binary} was not built: is it in Tessera.slnx?");
        }
        var folder = Directory.CreateDirectory(Path.Combine(SourceTree.Root, "artifacts", "test-results")).FullName;
        var report = Path.Combine(folder, project.Name + ".xml");
        var log = Path.Combine(folder, project.Name + ".log");
        File.Delete(report);
        List<string> words = [project.Binary, "-noLogo", "-noColor", "-xml", report];
        if (filter is not null) words.AddRange(["-method", $"*{filter}*"]);
        var start = new ProcessStartInfo("dotnet", words)
        {
            WorkingDirectory = SourceTree.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        await using var output = TextWriter.Synchronized(new StreamWriter(log));
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => output.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => output.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!await Processes.WaitOrKillAsync(process, _projectTimeout, stop))
        {
            return TestResult.Broken(project.Name, clock.Elapsed,
                $"hung: ended after {_projectTimeout.TotalMinutes:0} minutes (output: {log})");
        }
        try
        {
            return TestResult.FromXunitXml(project.Name, clock.Elapsed, XDocument.Load(report), process.ExitCode);
        }
        catch (Exception unreadable) when (unreadable is IOException or XmlException)
        {
            return TestResult.Broken(
                project.Name, clock.Elapsed, $"ended with code {process.ExitCode} and no report (output: {log})");
        }
    }

    private static void Report(TestResult result)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{(result.IsGood ? "ok  " : "FAIL")} {result.Project,-32} {result.Passed,5} passed " +
            $"{result.Failed,4} failed {result.Skipped,4} skipped {result.Took.TotalSeconds,7:0.0} s");
        Console.WriteLine(line);
        if (result.Problem is not null) Console.WriteLine($"     {result.Problem}");
        foreach (var failure in result.Failures)
        {
            Console.WriteLine($"     {failure.Name}");
            var told = (failure.Message + "\n" + failure.StackTrace).Split('\n');
            foreach (var text in told.Take(FailureLinesMax)) Console.WriteLine($"       {text.TrimEnd()}");
        }
        foreach (var reason in result.SkipReasons) Console.WriteLine($"     skipped: {reason}");
    }

    /// <summary>The last line stands alone, for programs that read it.</summary>
    private static int Summary(List<TestResult> results, IReadOnlyList<MissingServer> missing)
    {
        var failed = results.Sum(result => result.Failed);
        if (InCi)
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
