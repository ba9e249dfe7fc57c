using System.Diagnostics;
using System.Xml;
using System.Xml.Linq;
using Tessera.Cli.Logs;
using Tessera.Cli.Up;

namespace Tessera.Cli.Testing;

/// <param name="Filter">Only tests whose full name contains this.</param>
/// <param name="Record">Write down what each project needed, for the schedule of later runs.</param>
/// <param name="All">Long forms of tests as well.</param>
internal sealed record TestRunOptions(string? Filter, bool InstallServers, bool Record, bool All)
{
    /// <summary>Tells the tests of <see cref="All"/>.</summary>
    public const string AllVariable = "TESSERA_TEST_ALL";

    /// <summary>No test project takes this long, even on a machine of half the speed; one that does hangs.</summary>
    public TimeSpan ProjectTimeout => All ? TimeSpan.FromHours(3) : TimeSpan.FromMinutes(40);
}

/// <summary>Builds, gets the servers, runs the test executables and sums up.</summary>
internal static class TestRun
{
    private static readonly TimeSpan _buildTimeout = TimeSpan.FromMinutes(20);

    public static bool InCi => Environment.GetEnvironmentVariable("CI") is "true" or "1";

    public static async Task<int> RunAsync(
        IReadOnlyList<TestProject> projects, TestRunOptions options, CancellationToken stop)
    {
        var providing = Servers.ProvideAsync(options.InstallServers, stop); // It waits for a network and a disk.
        try
        {
            await BuildAsync(stop);
            await CompileAheadAsync(projects, stop);
        }
        catch
        {
            // Half installed would be in the way of the next; what failed first is told.
            await ((Task)providing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        var missing = await providing;
        foreach (var server in missing) Console.WriteLine($"server {server.Name}: not here. {server.HowToGet}");
        await BuildForeignAsync(projects, stop);
        Console.WriteLine(projects.Count == 1 ? "1 test project" : $"{projects.Count} test projects");
        var results = new List<TestResult>();
        var timings = Path.Combine(SourceTree.Root, "test", "timings.csv");
        var schedule = new TestSchedule(TestTimings.Read(timings), Environment.ProcessorCount);
        await schedule.RunAsync(projects.SelectMany(project => project.Parts()), async part =>
        {
            var result = await RunOneAsync(part, options, stop);
            lock (results)
            {
                results.Add(result);
                TestReport.Print(result);
            }
        });
        if (options.Record) TestTimings.Update(timings, results.Select(result => result.Timing));
        TestReport.PrintSlowest(results);
        TestReport.PrintFailed(results);
        return TestReport.PrintSum(results, missing, InCi);
    }

    private static async Task BuildAsync(CancellationToken stop)
    {
        Console.WriteLine("building Tessera.slnx");
        if (await BuildAsync(["Tessera.slnx"], stop) != 0) throw new UserError("The build failed, so no test ran.");
    }

    /// <summary>Half of what tests with processes cost is the start of those, and half of that is compiling: so the
    /// clients of servers, which <c>up</c> leaves out, are compiled as well, and the host of the crash-point tests.
    /// </summary>
    private static async Task CompileAheadAsync(IReadOnlyList<TestProject> projects, CancellationToken stop)
    {
        var ahead = Path.Combine("src", "Apps", "Ahead", "Ahead.proj");
        if (await BuildAsync([ahead, "-p:Everything=true"], stop) != 0
            || (projects.Any(project => project.Name == "Messaging.CrashTests")
                && await BuildAsync([ahead, "-p:ForTests=true"], stop) != 0))
        {
            Console.WriteLine("Not all that tests start is compiled ahead: they take longer.");
        }
    }

    /// <summary>Before the tests: two that build the same at once would be in each other's way, and no test has to wait
    /// for a compiler beside a busy machine. Needs what <see cref="Servers.ProvideAsync"/> installs.</summary>
    private static async Task BuildForeignAsync(IReadOnlyList<TestProject> projects, CancellationToken stop)
    {
        if (!projects.Any(project => project.Name is "EndToEnd" or "Notifications.Tests")) return;
        var folder = Directory.CreateDirectory(Path.Combine(SourceTree.Root, "artifacts", "test-results")).FullName;
        foreach (var service in SourceTree.Foreign())
        {
            try
            {
                await new ProvideNode(SourceTree.Root).ProvideAsync(
                    service.Project, Path.Combine(folder, service.Name + "-build.log"), stop);
            }
            catch (UserError missing)
            {
                Console.WriteLine($"{service.Name} is not built: {missing.Message}");
            }
        }
    }

    private static async Task<int> BuildAsync(string[] words, CancellationToken stop)
    {
        string[] quietly = ["-c", "Release", "-v", "q", "-clp:NoSummary", "--nologo", "-nr:false"];
        var start = new ProcessStartInfo("dotnet", ["build", .. words, .. quietly])
        {
            WorkingDirectory = SourceTree.Root,
        };
        using var build = Process.Start(start)!;
        await Processes.WaitOrKillAsync(build, _buildTimeout, stop);
        return build.ExitCode;
    }

    private static async Task<TestResult> RunOneAsync(TestPart part, TestRunOptions options, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        TestResult Broken(string problem, TimeSpan processor = default) =>
            TestResult.Broken(new TestTiming(part.Name, clock.Elapsed, processor), problem);
        var binary = part.Project.Binary;
        if (!File.Exists(binary))
        {
            return Broken($"{binary} was not built: is it in Tessera.slnx?");
        }
        var folder = Directory.CreateDirectory(Path.Combine(SourceTree.Root, "artifacts", "test-results")).FullName;
        var report = Path.Combine(folder, part.Name.Replace('/', '-') + ".xml");
        var log = Path.ChangeExtension(report, ".log");
        File.Delete(report);
        List<string> words = [binary, "-noLogo", "-noColor", "-xml", report, .. part.Words];
        if (options.Filter is { } filter) words.AddRange(["-method", $"*{filter}*"]);
        var start = new ProcessStartInfo("dotnet", words)
        {
            WorkingDirectory = SourceTree.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        await using var output = TextWriter.Synchronized(new StreamWriter(log));
        if (Servers.KafkaFetched is { } kafka) start.Environment["KAFKA_HOME"] = kafka;
        start.Environment[ProcessorTime.Mark] = part.Name;
        start.Environment[TestRunOptions.AllVariable] = options.All ? "true" : "";
        using var process = Process.Start(start)!;
        await using var processor = new ProcessorTime(part.Name);
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => output.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => output.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!await Processes.WaitOrKillAsync(process, options.ProjectTimeout, stop))
        {
            return Told(Broken(
                $"hung: ended after {options.ProjectTimeout.TotalMinutes:0} minutes (output: {log})", processor.Used));
        }
        try
        {
            return Told(TestResult.FromXunitXml(
                new TestTiming(part.Name, clock.Elapsed, processor.Used), XDocument.Load(report), process.ExitCode));
        }
        catch (Exception unreadable) when (unreadable is IOException or XmlException)
        {
            return Told(
                Broken($"ended with code {process.ExitCode} and no report (output: {log})", processor.Used));
        }

        // What went wrong outside of the tests stands nowhere else, and a machine of CI keeps no files.
        TestResult Told(TestResult result)
        {
            if (result.Problem is null) return result;
            output.Flush();
            return result with { SaidLast = LogTail.Last(log, TestReport.LastLines) };
        }
    }
}
