namespace Tessera.Releasing.Pipelines;

/// <summary>One step of a service's pipeline: one command, here as there.</summary>
/// <param name="Name">As <c>./tessera ci orders --step NAME</c> says it.</param>
/// <param name="Words">The command, from the root.</param>
public sealed record Step(string Name, IReadOnlyList<string> Words)
{
    /// <summary>Every name there is, in order.</summary>
    public static readonly IReadOnlyList<string> Names = ["restore", "build", "test", "contracts", "audit", "image"];

    public string Command => string.Join(' ', Words);

    /// <summary>The steps of one service.</summary>
    public static IReadOnlyList<Step> Of(Repository repository, Releasable service)
    {
        var hasTests = Filter.HasTests(repository, service);
        var project = hasTests ? service.TestProject : service.ProjectFile;
        var steps = new List<Step>
        {
            new("restore",
                ["dotnet", "restore", project, "--locked-mode", $"-p:{LockFiles.Property}=true"]),
            new("build", ["dotnet", "build", project, "-c", "Release", "--no-restore", "-v", "q", "--nologo"]),
        };
        if (hasTests)
        {
            var tests = $"{service.Project}.Tests";
            steps.Add(new Step("test",
                ["dotnet", $"artifacts/bin/{tests}/release/Tessera.{tests}.dll", "-noLogo", "-noColor"]));
        }
        if (repository.WithContracts.Contains(service))
            steps.Add(new Step("contracts", ["./tessera", "contracts", "check", service.Name, "--no-build"]));
        steps.Add(new Step("audit", ["./tessera", "audit", service.Name]));
        steps.Add(new Step("image", ["./tessera", "image", service.Name]));
        return steps;
    }
}
