using Tessera.Cli.Up;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>A store is whole without the service in TypeScript, and says in one line why it has none.</summary>
public sealed class ProvideNodeTests
{
    private const UnixFileMode Runnable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Theory]
    [InlineData("v20.11.1", "20.11.1")]
    [InlineData("v22.0.0-nightly", "22.0.0")]
    [InlineData("nothing", null)]
    public void Reads_the_version(string said, string? version) =>
        Assert.Equal(version, ProvideNode.VersionOf(said)?.ToString());

    [Fact]
    public async Task Says_what_is_missing()
    {
        Assert.StartsWith("node is not here; ", await WhyAsync(_ => null), StringComparison.Ordinal);
        Assert.StartsWith(
            "npm is not here; ", await WhyAsync(program => program == "npm" ? null : "/bin/true"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_node_is_too_old()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a script.");
        using var folder = Some.Folder();
        foreach (var old in new[] { "v18.20.4", "v20.5.1" })
        {
            Assert.StartsWith(
                $"node is {old}, and 20.6 is needed at least; ", await WhyAsync(_ => Script(folder, "echo " + old)),
                StringComparison.Ordinal);
        }
        var found = Script(folder, "echo v20.6.0");
        Assert.Equal(found, await ProvideNode.FindAsync(
            folder.Path, TestContext.Current.CancellationToken, _ => found));
    }

    /// <summary>Nobody would take the events of an endpoint that was made for it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Webhooks_makes_an_endpoint_for_the_mails_only_where_they_can_be_written(bool isHere)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The program is a script.");
        using var folder = Some.Folder();
        var settings = Some.Settings(folder.Path) with
        {
            HasNode = await ProvideNode.IsHereAsync(
                folder.Path, TestContext.Current.CancellationToken,
                _ => isHere ? Script(folder, "echo v20.6.0") : null),
        };
        var plan = Plan.Make(SourceTree.Services(), settings, Some.Ports(), foreign: SourceTree.Foreign());
        var variables = new ServiceEnvironment(new RunFolder(folder.Path), settings, plan, "a-run")
            .For(plan.Instances.Single(instance => instance.Service == "webhooks"));
        var mails = plan.Foreign.Single(instance => instance.Service == "notifications");
        Assert.Equal(
            isHere ? mails.Address + "/webhooks/tessera" : null,
            variables.GetValueOrDefault("Webhooks__OwnEndpoint"));
    }

    [Fact]
    public void The_store_s_first_operator_is_told_of_low_stock()
    {
        using var folder = Some.Folder();
        var settings = Some.Settings(folder.Path);
        var plan = Plan.Make(SourceTree.Services(), settings, Some.Ports(), foreign: SourceTree.Foreign());
        var environment = new ServiceEnvironment(new RunFolder(folder.Path), settings, plan, "a-run");
        Assert.Equal(
            Environment.GetEnvironmentVariable("Notifications__Operators__0") ?? OperatorCredentials.FirstEmail,
            environment.For(plan.Foreign.Single(each => each.Service == "notifications"))
                .GetValueOrDefault("Notifications__Operators__0"));
    }

    [Fact]
    public async Task Says_why_it_could_not_be_built_and_where_the_rest_stands()
    {
        if (Processes.Find("node") is null || Processes.Find("npm") is null)
            MissingServer.SkipOrFail("Node.js", "Install it, with npm.");
        using var root = Some.Folder();
        Directory.CreateDirectory(root.File("src/Services/Mails"));
        await File.WriteAllTextAsync(
            root.File("src/Services/Mails/build.mjs"),
            "console.error('much'); console.error('npm error code E404'); process.exit(1);");
        var log = root.File("build.log");
        var why = await Assert.ThrowsAsync<UserError>(() => new ProvideNode(root.Path).ProvideAsync(
            "Mails", log, TestContext.Current.CancellationToken));
        Assert.Equal($"it could not be built: npm error code E404 (log: {log})", why.Message);
        Assert.Contains("much", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
    }

    private static string Script(TemporaryFolder folder, string text)
    {
        var file = folder.File("node");
        File.WriteAllText(file, "#!/bin/sh\n" + text + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, Runnable);
        return file;
    }

    private static async Task<string> WhyAsync(Func<string, string?> find) =>
        (await Assert.ThrowsAsync<UserError>(() => ProvideNode.FindAsync(
            Path.GetTempPath(), TestContext.Current.CancellationToken, find))).Message;
}
