using System.Text.RegularExpressions;
using System.Xml.Linq;
using Tessera.Releasing.Pipelines;

namespace Tessera.Releasing.Tests.Pipelines;

/// <summary>The files of <c>.github/workflows</c>.</summary>
public sealed partial class WorkflowTests
{
    private static readonly Repository repository = new(Here.Root);
    private static readonly string folder = Path.Combine(Here.Root, ".github", "workflows");

    public static TheoryData<string> Services() => [.. repository.All.Select(service => service.Name)];

    [Fact]
    public void Are_what_the_projects_make_them()
    {
        var made = Workflows.Make(repository);
        Assert.Equal(made.Keys, Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)!)
            .Order(StringComparer.Ordinal));
        // Else: ./tessera ci --write
        Assert.All(made, file => Assert.Equal(
            file.Value, File.ReadAllText(Path.Combine(folder, file.Key)).ReplaceLineEndings("\n")));
    }

    /// <summary>By the environment of the job, which the image's publish takes its word from alone.</summary>
    [Theory]
    [InlineData("publish.yml")]
    [InlineData("pull-request.yml")]
    [InlineData("service.yml")]
    public void Those_that_restore_keep_to_the_packages_that_are_written_down(string file) => Assert.Contains(
        $"      {LockFiles.Property}: \"true\"", File.ReadAllLines(Path.Combine(folder, file)));

    [Theory, MemberData(nameof(Services))]
    public void Each_service_has_one_that_runs_for_what_it_is_made_of(string name)
    {
        var service = repository.Find(name);
        var filter = FilterIn(File.ReadAllText(Path.Combine(folder, name + ".yml")));
        Assert.Contains($"{service.Folder}/**", filter);
        // The compiler's own list of what it was given: the real references, whoever added them.
        foreach (var referenced in ReferencedBy(service)) Assert.Contains(referenced + "/**", filter);
        Assert.Contains("contracts/**", filter);
        Assert.Contains("Directory.Packages.props", filter);
        Assert.DoesNotContain(filter, path => repository.All.Any(other => other != service
            && !Filter.Of(repository, service).Contains($"{other.Folder}/**") && path == $"{other.Folder}/**"));
    }

    [Fact]
    public void What_every_build_takes_in_concerns_every_service()
    {
        foreach (var shared in new[] { "Directory.Build.props", "Directory.Build.targets" })
        {
            foreach (var import in XDocument.Load(Path.Combine(Here.Root, shared)).Descendants("Import"))
                Assert.Equal(repository.All.Count, Touched((string)import.Attribute("Project")!).Count);
        }
        Assert.Equal(repository.All.Count, Touched("src/Images.targets").Count);
    }

    /// <summary>On a machine that comes with none of them tests fail, and not for what they test.</summary>
    [Fact]
    public void Jobs_that_run_tests_install_the_servers_before()
    {
        var jobs = Directory.EnumerateFiles(folder).SelectMany(file => Jobs().Split(File.ReadAllText(file)))
            .Where(job => RunsTests().IsMatch(job)).ToArray();
        Assert.Equal(4, jobs.Length);
        Assert.All(jobs, job => Assert.InRange(
            job.IndexOf("- name: servers", StringComparison.Ordinal), 0, RunsTests().Match(job).Index));
    }

    [Fact]
    public void What_runs_every_test_installs_every_server_that_the_machine_does_not_come_with() => Assert.Equal(
        ServerPackages.All.Where(package => !package.IsOnRunner).Select(package => package.Name),
        Installed("nightly.yml"));

    [Fact]
    public void The_tests_of_services_start_no_server_that_their_pipelines_have_not_installed()
    {
        var installed = Installed("service.yml");
        var servers = new Dictionary<string, string>
        {
            ["RedisServer"] = "redis-server", ["PostgresServer"] = "postgresql", ["RabbitMqServer"] = "rabbitmq-server",
            ["KafkaServer"] = "default-jre-headless", ["PgBouncer"] = "pgbouncer",
        };
        var projects = repository.All.Where(service => Filter.HasTests(repository, service))
            .Select(service => service.TestProject).ToArray();
        var sources = ProjectFiles.FoldersOf(repository, projects)
            .Where(path => path.StartsWith("test/", StringComparison.Ordinal) && path != "test/Testing.Servers")
            .SelectMany(path => Directory.EnumerateFiles(repository.PathOf(path), "*.cs", SearchOption.AllDirectories))
            .Select(File.ReadAllText).ToArray();
        var started = servers.Where(server => Array.Exists(
            sources, source => source.Contains(server.Key, StringComparison.Ordinal))).Select(server => server.Value);
        Assert.Equal(started.Order(StringComparer.Ordinal), installed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_image_that_is_published_says_where_its_source_is() => Assert.Contains(
        "      ContainerSource: ${{ github.server_url }}/${{ github.repository }}",
        File.ReadAllLines(Path.Combine(folder, "publish.yml")));

    [Fact]
    public void A_service_in_another_language_has_one_for_its_own_folder_and_what_it_is_tested_by()
    {
        Assert.NotEmpty(repository.Foreign);
        foreach (var project in repository.Foreign)
        {
            var name = project.ToLowerInvariant();
            var text = File.ReadAllText(Path.Combine(folder, name + ".yml"));
            string[] own = [$".github/workflows/{name}.yml", "contracts/**", $"src/Services/{project}/**"];
            Assert.Equal([.. own, .. own], FilterIn(text)); // Of a push and of a pull request.
            Assert.Equal(
                ["npm ci", "npm run", "npm test", "npm audit", "docker build"],
                CommandRuns().Matches(text).Select(run => run.Groups[1].Value));
            // By the version of Node that the image has.
            var node = NodeVersion().Match(text).Groups[1].Value;
            var image = Path.Combine(Here.Root, "src", "Services", project, "Dockerfile");
            Assert.Contains($"ARG NODE_VERSION={node}", File.ReadLines(image));
        }
    }

    /// <summary>Pushed, listed and attested by the same job: what else that of Notifications does is that Docker signs
    /// in.</summary>
    [Fact]
    public void A_service_in_another_language_is_published_as_the_others_are()
    {
        var others = JobIn("publish.yml");
        foreach (var name in repository.Foreign.Select(project => project.ToLowerInvariant()))
        {
            var text = File.ReadAllText(Path.Combine(folder, name + ".yml"));
            Assert.Contains($"    tags: [\"{name}/v*\"]", text, StringComparison.Ordinal);
            Assert.Contains($"    if: startsWith(github.ref, 'refs/tags/{name}/v')", text, StringComparison.Ordinal);
            Assert.Contains($"    needs: {name}\n", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
            Assert.Equal(
                others.Replace("${{ inputs.service }}", name, StringComparison.Ordinal),
                SignIn().Replace(JobIn(name + ".yml"), ""));
        }

        string JobIn(string file)
        {
            var text = File.ReadAllText(Path.Combine(folder, file)).ReplaceLineEndings("\n");
            var job = text[text.LastIndexOf("  publish:\n", StringComparison.Ordinal)..];
            return job[job.IndexOf("    runs-on:", StringComparison.Ordinal)..];
        }
    }

    [Fact]
    public void A_change_concerns_those_who_are_made_of_it_and_no_others()
    {
        Assert.Equal(["catalog"], Touched("src/Services/Catalog/PriceChanges.cs"));
        Assert.Equal(["gateway"], Touched("test/Gateway.Tests/AccessTests.cs"));
        Assert.Equal(["web"], Touched("src/Apps/Web/Program.cs"));
        Assert.Contains("orders", Touched("src/Services/Payments.Contracts/PaymentEvents.cs"));
        Assert.DoesNotContain("catalog", Touched("src/Services/Payments.Contracts/PaymentEvents.cs"));
        Assert.Equal(repository.All.Count, Touched("Directory.Packages.props").Count);
        Assert.Equal(repository.All.Count, Touched("src/Apps/Ahead/Ahead.proj").Count);
        Assert.Equal(repository.All.Count, Touched("src/Apps/Images/Images.proj").Count);
        Assert.Equal(repository.All.Count, Touched("src/Apps/Cli/Shipping/ImageBuild.cs").Count);
        Assert.Equal(["web"], Touched("src/Apps/Cli/Up/Plan.cs")); // Whose tests start the command.
        Assert.Equal(repository.All.Count, Touched("contracts/orders/reads.json").Count);
        Assert.Empty(Touched("docs/orders.md"));
    }

    [Fact]
    public void Name_every_action_by_its_commit_and_grant_nothing_unless_a_job_needs_it()
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            var text = File.ReadAllText(file);
            Assert.All(Uses().Matches(text), use => Assert.Matches(
                @"^(\./\.github/workflows/\w+\.yml|[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)\r?$", use.Groups[1].Value));
            Assert.Matches(@"(?m)^permissions:\r?\n  contents: read\r?$", text);
            Assert.DoesNotContain("write-all", text, StringComparison.Ordinal);
            // What somebody else may have written never stands in a script.
            Assert.All(Runs().Matches(text), run => Assert.DoesNotContain("${{", run.Value, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void What_a_pull_request_needs_is_one_check_that_takes_neither_failed_nor_cancelled()
    {
        var text = File.ReadAllText(Path.Combine(folder, "pull-request.yml"));
        Assert.Contains("if: always()", text, StringComparison.Ordinal);
        Assert.Contains("test \"$SERVICES\" = success || test \"$SERVICES\" = skipped", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_every_step_that_there_is_by_its_name()
    {
        var text = File.ReadAllText(Path.Combine(folder, "service.yml"));
        Assert.Equal(Step.Names, StepRuns().Matches(text).Select(run => run.Groups[1].Value));
        var steps = repository.All.SelectMany(service => Step.Of(repository, service)).ToArray();
        Assert.Equal(Step.Names.Order(StringComparer.Ordinal),
            steps.Select(step => step.Name).Distinct().Order(StringComparer.Ordinal));
        foreach (var project in steps.SelectMany(step => step.Words).Where(
            word => word.EndsWith(".csproj", StringComparison.Ordinal)))
            Assert.True(File.Exists(Path.Combine(Here.Root, project)), project);
    }

    private static List<string> Touched(string file) =>
        [.. Filter.Touched(repository, [file]).Select(service => service.Name)];

    /// <summary>The projects of this tree that the built program has beside it.</summary>
    private static IEnumerable<string> ReferencedBy(Releasable service)
    {
        var file = Path.Combine(
            Here.Root, "artifacts", "bin", service.Project, "release", $"Tessera.{service.Project}.deps.json");
        if (!File.Exists(file)) return []; // Pages are not built for these tests: their project files must do.
        return Own().Matches(File.ReadAllText(file)).Select(found => found.Groups[1].Value).Distinct()
            .SelectMany(name => new[] { "Services", "Apps", "Messaging" }.Select(room => $"src/{room}/{name}"))
            .Where(path => Directory.Exists(Path.Combine(Here.Root, path)));
    }

    /// <summary>By the first job that installs anything.</summary>
    private static string[] Installed(string file)
    {
        var text = File.ReadAllText(Path.Combine(folder, file)).ReplaceLineEndings("\n");
        return Packages().Match(text).Groups[1].Value.Split(
            [' ', '\n', '\\'], StringSplitOptions.RemoveEmptyEntries);
    }

    private static string[] FilterIn(string text) => [.. Paths().Matches(text).Select(path => path.Groups[1].Value)];

    [GeneratedRegex(@"^      - ""(.+)""", RegexOptions.Multiline)]
    private static partial Regex Paths();

    /// <summary>To the next step.</summary>
    [GeneratedRegex(@"apt-get install[ \w-]*--no-install-recommends ([^:#]*)\n      [-#] ")]
    private static partial Regex Packages();

    [GeneratedRegex(@"^  (?=\w+:\r?$)", RegexOptions.Multiline)]
    private static partial Regex Jobs();

    [GeneratedRegex(@"--step test|\./tessera test|--project bench/")]
    private static partial Regex RunsTests();

    [GeneratedRegex(@"run: (npm \w+|docker build)")]
    private static partial Regex CommandRuns();

    [GeneratedRegex(@"      - name: sign in\n(?:        .*\n)+")]
    private static partial Regex SignIn();

    [GeneratedRegex(@"node-version: (\d+\.\d+\.\d+)\r?$", RegexOptions.Multiline)]
    private static partial Regex NodeVersion();

    [GeneratedRegex(@"uses: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Uses();

    [GeneratedRegex(@"run: (?:\|\r?\n(?: {10}.*\r?\n)+|.*)")]
    private static partial Regex Runs();

    [GeneratedRegex(@"ci ""\$SERVICE"" --step (\w+)")]
    private static partial Regex StepRuns();

    [GeneratedRegex(@"""Tessera\.([\w.]+)/[0-9.]+"": \{")]
    private static partial Regex Own();
}
