using System.Diagnostics;
using Tessera.Releasing.Pipelines;
using Tessera.Testing;

namespace Tessera.Releasing.Tests.Pipelines;

/// <summary>What the pipelines' restore does, with the settings of this repository and a project of a few
/// lines.</summary>
public sealed class LockedRestoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Refuses_a_package_that_is_not_in_the_file_and_takes_what_is()
    {
        Write("Same", "<Project Sdk=\"Microsoft.NET.Sdk\" />");
        Write("More", """
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup><PackageReference Include="Dapper" /></ItemGroup>
            </Project>
            """);
        var (code, said) = await RestoreAsync("Same", "More");
        Assert.NotEqual(0, code);
        var refused = Assert.Single(said.Split('\n'), line => line.Contains("error", StringComparison.Ordinal));
        Assert.Contains("More.csproj : error NU1004: ", refused, StringComparison.Ordinal);
        Assert.Contains("project's package references: Dapper >= ", refused, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.File("artifacts/obj/Same/project.assets.json")), said);
    }

    [Fact]
    public async Task Refuses_a_project_without_a_file_and_writes_none()
    {
        Write("Bare", "<Project Sdk=\"Microsoft.NET.Sdk\" />");
        File.Delete(_folder.File("Bare/packages.lock"));
        var (code, said) = await RestoreAsync("Bare");
        Assert.NotEqual(0, code);
        Assert.Contains(
            "Bare has no packages.lock: ./tessera packages lock writes it.", said, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("Bare/packages.lock")));
    }

    /// <summary>As one that references nothing, with the file of a project of this tree that does neither.</summary>
    private void Write(string project, string text)
    {
        foreach (var shared in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            File.WriteAllText(_folder.File(shared), $"<Project><Import Project=\"{Here.Root}/{shared}\" /></Project>");
        Directory.CreateDirectory(_folder.File(project));
        File.WriteAllText(_folder.File($"{project}/{project}.csproj"), text);
        File.Copy(
            Path.Combine(Here.Root, "src", "Services", "TextDefaults", LockFiles.FileName),
            _folder.File($"{project}/{LockFiles.FileName}"));
    }

    private async Task<(int Code, string Said)> RestoreAsync(params string[] projects)
    {
        var list = string.Concat(projects.Select(each => $"<Project Path=\"{each}/{each}.csproj\" />"));
        File.WriteAllText(_folder.File("all.slnx"), $"<Solution>{list}</Solution>");
        var words = Step.Of(new Repository(Here.Root), new Repository(Here.Root).Find("orders"))[0].Words
            .Select(word => word.EndsWith(".csproj", StringComparison.Ordinal) ? "all.slnx" : word);
        var start = new ProcessStartInfo("dotnet", words.Skip(1))
        {
            WorkingDirectory = _folder.Path, RedirectStandardOutput = true,
        };
        using var restore = Process.Start(start)!;
        var said = await restore.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await restore.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (restore.ExitCode, said);
    }
}
