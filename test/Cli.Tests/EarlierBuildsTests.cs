using System.Diagnostics;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class EarlierBuildsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Reads_services_and_single_processes_of_them() => Assert.Equal(
        new Dictionary<string, string> { ["orders"] = "v1.3.0", ["payments-2"] = "1f3c5e7" },
        EarlierBuilds.Parse(["orders=v1.3.0,payments-2=1f3c5e7"], ["orders", "payments"]));

    [Theory]
    [InlineData("orders")]
    [InlineData("orders=")]
    [InlineData("orders=--upload-pack=x")]
    [InlineData("shipping=v1.0.0")]
    public void Refuses_what_names_no_service_or_no_revision(string text) =>
        Assert.Equal(ExitCodes.Usage, Assert.Throws<UserError>(() => EarlierBuilds.Parse([text], ["orders"])).ExitCode);

    [Fact]
    public void Runs_the_earlier_program_for_one_process_or_for_all_of_a_service()
    {
        var settings = Some.Settings() with
        {
            Programs = new Dictionary<string, string> { ["orders"] = "/all.dll", ["payments-2"] = "/one.dll" },
        };
        Assert.Equal("/all.dll", settings.ProgramOf(new PlannedInstance("orders-2", "orders", "Orders", 1, 2)));
        Assert.Equal("/one.dll", settings.ProgramOf(new PlannedInstance("payments-2", "payments", "Payments", 1, 2)));
        Assert.Equal(
            SourceTree.BinaryOf("Payments"),
            settings.ProgramOf(new PlannedInstance("payments", "payments", "Payments", 1, 2)));
    }

    [Fact]
    public async Task Builds_a_service_as_it_was_at_a_tag_beside_the_tree_as_it_is()
    {
        using var root = Some.Folder();
        await MakeRepositoryAsync(root);
        var builds = new EarlierBuilds(root.Path);
        var earlier = await builds.ProvideAsync("Orders", "v1.0.0", Stop);
        Assert.Equal("1.0.0", await RunAsync("dotnet", root.Path, earlier));
        Assert.Equal("2.0.0", await File.ReadAllTextAsync(root.File("src/Services/Orders/version.txt"), Stop));
        // The tag by its whole name, and the commit, are the same build.
        var built = File.GetLastWriteTimeUtc(earlier);
        Assert.Equal(earlier, await builds.ProvideAsync("Orders", "orders/v1.0.0", Stop));
        Assert.Equal(built, File.GetLastWriteTimeUtc(earlier));

        var unknown = await Assert.ThrowsAsync<UserError>(() => builds.ProvideAsync("Orders", "v9.9.9", Stop));
        Assert.Contains("'orders/v9.9.9'", unknown.Message, StringComparison.Ordinal);
        var absent = await Assert.ThrowsAsync<UserError>(() => builds.ProvideAsync("Payments", "orders/v1.0.0", Stop));
        Assert.Equal("There is no Payments at orders/v1.0.0.", absent.Message);
    }

    [Fact]
    public async Task Says_that_a_tree_without_git_has_no_revisions()
    {
        using var root = Some.Folder();
        var refused = await Assert.ThrowsAsync<UserError>(
            () => new EarlierBuilds(root.Path).ProvideAsync("Orders", "v1.0.0", Stop));
        Assert.Contains("is no clone of git", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("orders", "v1.0.0")]
    [InlineData("orders", "1.0.0")]
    [InlineData("gateway", "orders/v1.0.0")]
    public async Task Finds_a_released_version_that_has_no_tag_by_its_contract(string service, string name)
    {
        using var root = Some.Folder();
        var released = await ReleaseAsync(root);
        Assert.Equal(released, await Releases(root.Path).CommitOfAsync(service, name, Stop));
        Assert.Null(await Releases(root.Path).CommitOfAsync("orders", "v9.9.9", Stop));
        Assert.Null(await Releases(root.Path).CommitOfAsync("orders", "main", Stop));
    }

    [Fact]
    public async Task Says_what_is_missing_where_the_clone_has_not_the_commit_of_a_release()
    {
        using var root = Some.Folder();
        await ReleaseAsync(root);
        using var shallow = Some.Folder();
        await RunAsync("git", root.Path, "clone", "--quiet", "--depth", "1", "file://" + root.Path, shallow.File("s"));
        var refused = await Assert.ThrowsAsync<UserError>(
            () => Releases(shallow.File("s")).CommitOfAsync("orders", "v1.0.0", Stop));
        Assert.Contains("git fetch --unshallow", refused.Message, StringComparison.Ordinal);
    }

    private static RecordedReleases Releases(string root) => new(root, new Git(root));

    /// <summary>Orders is released as 1.0.0, without a tag, and changed since then.</summary>
    /// <returns>The commit of the release.</returns>
    private static async Task<string> ReleaseAsync(TemporaryFolder root)
    {
        Directory.CreateDirectory(root.File("src/Services/Orders"));
        Directory.CreateDirectory(root.File("contracts/orders/released/1.0.0"));
        await File.WriteAllTextAsync(root.File("src/Services/shop.json"),
            """{ "services": [ { "name": "Gateway" }, { "name": "Orders" } ] }""", Stop);
        await File.WriteAllTextAsync(root.File("contracts/orders/released/1.0.0/openapi.json"), "{}", Stop);
        await File.WriteAllTextAsync(root.File("src/Services/Orders/version.txt"), "1.0.0\n", Stop);
        await RunAsync("git", root.Path, "init", "--quiet");
        await CommitAsync(root, "Release 1.0.0");
        var released = await RunAsync("git", root.Path, "rev-parse", "HEAD");
        await File.WriteAllTextAsync(root.File("src/Services/Orders/version.txt"), "1.1.0\n", Stop);
        await CommitAsync(root, "Go on");
        return released.Trim();
    }

    private static async Task CommitAsync(TemporaryFolder root, string message)
    {
        await RunAsync("git", root.Path, "add", "-A");
        await RunAsync("git", root.Path, "-c", "user.name=A", "-c", "user.email=a@example.org",
            "commit", "--quiet", "-m", message);
    }

    /// <summary>An Orders that says its version, tagged at 1.0.0 and since then changed.</summary>
    private static async Task MakeRepositoryAsync(TemporaryFolder root)
    {
        var folder = Directory.CreateDirectory(root.File("src/Services/Orders")).FullName;
        await File.WriteAllTextAsync(root.File("Directory.Build.props"),
            "<Project><PropertyGroup><UseArtifactsOutput>true</UseArtifactsOutput></PropertyGroup></Project>", Stop);
        await File.WriteAllTextAsync(Path.Combine(folder, "Orders.csproj"),
            """
            <Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType>
              <TargetFramework>net10.0</TargetFramework><AssemblyName>Tessera.Orders</AssemblyName>
              <Version>$([System.IO.File]::ReadAllText('$(MSBuildProjectDirectory)/version.txt'))</Version>
            </PropertyGroup></Project>
            """, Stop);
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"),
            "System.Console.Write(typeof(Program).Assembly.GetName().Version!.ToString(3));", Stop);
        await File.WriteAllTextAsync(Path.Combine(folder, "version.txt"), "1.0.0", Stop);
        await RunAsync("git", root.Path, "init", "--quiet");
        await CommitAsync(root, "Orders 1.0.0");
        await RunAsync("git", root.Path, "tag", "orders/v1.0.0");
        await File.WriteAllTextAsync(Path.Combine(folder, "version.txt"), "2.0.0", Stop);
    }

    private static async Task<string> RunAsync(string program, string folder, params string[] words)
    {
        var start = new ProcessStartInfo(program, words)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Stop);
        var said = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.True(process.ExitCode == 0, await errors);
        return said;
    }
}
