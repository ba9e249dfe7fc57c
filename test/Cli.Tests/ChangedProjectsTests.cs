using Tessera.Cli.Testing;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class ChangedProjectsTests
{
    [Fact]
    public void Runs_the_tests_of_what_changed_and_of_all_that_stands_on_it()
    {
        using var root = Some.Folder();
        Put(root, "src/Core", "Core");
        Put(root, "src/Store", "Store", "../Core/Core.csproj");
        Put(root, "test/Core.Tests", "Core.Tests", "../../src/Core/Core.csproj");
        Put(root, "test/Store.Tests", "Store.Tests", "../../src/Store/Store.csproj");
        Put(root, "test/Else.Tests", "Else.Tests");

        Assert.Equal(["Core.Tests", "Store.Tests"], Changed(root, "src/Core/Deep/File.cs"));
        Assert.Equal(["Store.Tests"], Changed(root, "src/Store/File.sql"));
        Assert.Equal(["Else.Tests"], Changed(root, "test/Else.Tests/Data/case.csv"));
        Assert.Empty(Changed(root, "src/Corelation/File.cs"));
        Assert.Equal(["Core.Tests", "Else.Tests", "Store.Tests"], Changed(root, "Directory.Packages.props"));
    }

    [Theory]
    [InlineData("src/Services/Orders/Order.cs", "EndToEnd", "Orders.Tests", "Repo.Tests")]
    [InlineData("tessera", "Cli.Tests", "EndToEnd", "Repo.Tests")]
    [InlineData("docs/orders.md", "Repo.Tests")]
    public void Knows_what_starts_or_reads_files_without_referencing_them(string file, params string[] expected)
    {
        var projects = new ChangedProjects(SourceTree.Root).Of([file], TestProject.All());

        Assert.Superset(expected.ToHashSet(), projects.Select(project => project.Name).ToHashSet());
        Assert.DoesNotContain("Messaging.Redis.Tests", projects.Select(project => project.Name));
    }

    private static IEnumerable<string> Changed(TemporaryFolder root, params string[] files)
    {
        string[] tests = ["Core.Tests", "Else.Tests", "Store.Tests"];
        return new ChangedProjects(root.Path).Of(files, [.. tests.Select(name => new TestProject(name, []))])
            .Select(project => project.Name);
    }

    private static void Put(TemporaryFolder root, string folder, string name, params string[] references)
    {
        Directory.CreateDirectory(root.File(folder));
        var items = references.Select(reference => $"<ProjectReference Include=\"{reference}\" />");
        File.WriteAllText(
            root.File($"{folder}/{name}.csproj"), $"<Project><ItemGroup>{string.Concat(items)}</ItemGroup></Project>");
    }
}
