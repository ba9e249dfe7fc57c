using Tessera.Releasing.Pipelines;
using Tessera.Testing;

namespace Tessera.Releasing.Tests.Pipelines;

/// <summary><c>packages.lock</c> beside each project that a pipeline builds. These look at what is written there; that
/// NuGet keeps to it is <see cref="LockedRestoreTests"/>.</summary>
public sealed class LockFileTests : IDisposable
{
    private const string Project = "src/Services/Tea/Tea.csproj";
    private const string Lock = "src/Services/Tea/packages.lock";
    private const string References = """
        <Project>
          <PackageReference Include="Dapper" />
          <ProjectReference Include="../Cup/Cup.csproj" />
          <ProjectReference Include="../Tin/Tin.csproj" ReferenceOutputAssembly="false" />
        </Project>
        """;

    private static readonly Repository repository = new(Here.Root);

    private readonly TemporaryFolder _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public void Say_what_the_projects_and_the_list_of_versions_say() => Assert.Empty(LockFiles.Faults(repository));

    [Fact]
    public void There_is_one_of_each_service_page_and_library_and_of_their_tests()
    {
        var projects = LockFiles.Projects(repository);
        Assert.Empty(new[] { "src/Services", "src/Messaging" }
            .SelectMany(room => Directory.EnumerateFiles(repository.PathOf(room), "*.csproj", new EnumerationOptions
            {
                RecurseSubdirectories = true, MaxRecursionDepth = 1,
            }))
            .Select(file => Path.GetRelativePath(repository.Root, file).Replace('\\', '/')).Except(projects));
        Assert.All(repository.All, service =>
        {
            Assert.Contains(service.ProjectFile, projects);
            Assert.Contains(service.TestProject, projects);
        });
        Assert.Contains("src/Apps/Cli/Cli.csproj", projects); // It runs the pipelines.
    }

    [Fact]
    public void A_pipeline_runs_when_one_of_its_own_changes()
    {
        foreach (var service in repository.All)
        {
            var filter = Filter.Of(repository, service);
            foreach (var project in ProjectFiles.With(repository, service.ProjectFile, service.TestProject))
                Assert.Contains(filter, path => Filter.Matches(path, LockFiles.Beside(project)));
        }
    }

    [Fact]
    public void Name_no_registry() => Assert.All(LockFiles.Projects(repository), project =>
    {
        var text = File.ReadAllText(repository.PathOf(LockFiles.Beside(project)));
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"source\"", text, StringComparison.OrdinalIgnoreCase);
    });

    [Fact]
    public void Hold_the_projects_own_packages_and_what_it_is_linked_with() => Assert.Empty(Faults(References));

    [Theory]
    [InlineData("\"Dapper\"", "\"CsCheck\"", "has not CsCheck [5.0.1, ), and Dapper [2.1.86, ) too many")]
    [InlineData("<PackageReference Include=\"Dapper\" />", "", "has not anything less, and Dapper [2.1.86, ) too many")]
    [InlineData("../Cup/Cup.csproj\" />", "../Cup/Cup.csproj\" ReferenceOutputAssembly=\"false\" />",
        "has not anything less, and Tessera.Cup too many")]
    [InlineData(" ReferenceOutputAssembly=\"false\"", "", "has not Tessera.Tin, and nothing too many")]
    public void A_reference_that_was_changed_alone_is_named(string before, string after, string sentence)
    {
        var fault = Assert.Single(Faults(References.Replace(before, after, StringComparison.Ordinal)));
        Assert.Equal(
            $"{Lock} is not what {Project} and Directory.Packages.props say: it {sentence}: ./tessera packages lock.",
            fault);
    }

    [Fact]
    public void A_version_that_was_raised_alone_is_named()
    {
        Write("Directory.Packages.props", """
            <Project>
              <PackageVersion Include="Analyzers" Version="1.0.0" />
              <PackageVersion Include="Dapper" Version="3.0.0" />
            </Project>
            """);
        Assert.Contains(
            "it has not Dapper [3.0.0, ), and Dapper [2.1.86, ) too many", Assert.Single(Faults(References)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_without_one_and_one_without_a_project_are_named()
    {
        var whole = Sample(References);
        File.Move(whole.PathOf(Lock), Path.Combine(Directory.CreateDirectory(
            whole.PathOf("src", "Services", "Pot")).FullName, LockFiles.FileName));
        Assert.Equal(
            [
                $"{Project} has no packages.lock: ./tessera packages lock.",
                "src/Services/Pot/packages.lock is of no project that a pipeline builds: ./tessera packages lock.",
            ],
            LockFiles.Faults(whole));
    }

    private IReadOnlyList<string> Faults(string references) => LockFiles.Faults(Sample(references));

    /// <summary>A service and two more projects, whose files are those of <see cref="References"/>.</summary>
    private Repository Sample(string references)
    {
        Write("src/Services/shop.json", """{ "services": [{ "name": "Tea" }] }""");
        Write("Directory.Build.props", "<Project />");
        Write("Directory.Build.targets", """<Project><PackageReference Include="Analyzers" /></Project>""");
        if (!File.Exists(_sample.File("Directory.Packages.props")))
        {
            Write("Directory.Packages.props", """
                <Project>
                  <PackageVersion Include="Analyzers" Version="1.0.0" />
                  <PackageVersion Include="CsCheck" Version="5.0.1" />
                  <PackageVersion Include="Dapper" Version="2.1.86" />
                </Project>
                """);
        }
        Write(Project, references);
        Write(Lock, Locked(
            """
            "Analyzers": { "type": "Direct", "requested": "[1.0.0, )", "resolved": "1.0.0" },
            "Dapper": { "type": "Direct", "requested": "[2.1.86, )", "resolved": "2.1.86" },
            "Teapot": { "type": "Transitive", "resolved": "4.1.8" },
            "Tessera.Cup": { "type": "Project" }
            """));
        foreach (var other in new[] { "src/Services/Cup/Cup", "src/Services/Tin/Tin", "src/Apps/Cli/Cli" })
        {
            Write(other + ".csproj", "<Project />");
            Write(LockFiles.Beside(other), Locked(
                """ "Analyzers": { "type": "Direct", "requested": "[1.0.0, )", "resolved": "1.0.0" } """));
        }
        return new Repository(_sample.Path);
    }

    private static string Locked(string entries) =>
        $$"""{ "version": 2, "dependencies": { "net10.0": { {{entries}} } } }""";

    private void Write(string file, string text)
    {
        var path = _sample.File(file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
