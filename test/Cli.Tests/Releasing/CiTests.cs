using System.Text.RegularExpressions;
using Tessera.Cli.Releasing;
using Tessera.Cli.Shipping;
using Tessera.Cli.Up;
using Tessera.Releasing;
using Tessera.Releasing.Pipelines;
using Xunit;

namespace Tessera.Cli.Tests.Releasing;

public sealed partial class CiTests
{
    private static readonly string[] dotnetVerbs = ["restore", "build", "artifacts"];
    private static readonly string workflows = Path.Combine(SourceTree.Root, ".github", "workflows");
    private static readonly Repository repository = new(SourceTree.Root);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_step_of_every_service_is_a_command_that_there_is()
    {
        var root = CommandLine.Root();
        foreach (var step in repository.All.SelectMany(service => Step.Of(repository, service)))
        {
            if (step.Words[0] == "dotnet") Assert.Contains(step.Words[1].Split('/')[0], dotnetVerbs);
            else
            {
                Assert.Equal("./tessera", step.Words[0]);
                Assert.Empty(root.Parse([.. step.Words.Skip(1)]).Errors);
            }
        }
    }

    [Fact]
    public void Every_line_of_a_workflow_is_a_command_that_there_is()
    {
        var root = CommandLine.Root();
        var lines = Directory.EnumerateFiles(workflows)
            .SelectMany(CommandsIn).ToArray();
        Assert.Contains(lines, words => words is ["./tessera", "ci", "orders", "--released", _]);
        Assert.Contains(lines, words => words is ["./tessera", "ci", "orders", "--publish", _]);
        Assert.Contains(lines, words => words is ["./tessera", "ci", "notifications", "--publish", _]);
        Assert.Contains(lines, words => words is ["./tessera", "ci", "--changed", "--since", _]);
        Assert.Contains(lines, words => words is ["./tessera", "test", "--project", "Rolling", "--all"]);
        foreach (var words in lines)
        {
            if (words[0] == "./tessera")
                Assert.True(root.Parse(words[1..]).Errors.Count == 0, string.Join(' ', words));
            else AssertRuns(words);
        }
    }

    /// <summary>A program of this tree, with words that it reads.</summary>
    private static void AssertRuns(string[] words)
    {
        Assert.Equal("run", words[1]);
        var project = Path.Combine(SourceTree.Root, words[Array.IndexOf(words, "--project") + 1]);
        Assert.Single(Directory.EnumerateFiles(project, "*.csproj"));
        var source = string.Concat(Directory.EnumerateFiles(project, "*.cs").Select(File.ReadAllText));
        Assert.All(
            words[(Array.IndexOf(words, "--") + 1)..].Where(word => word.StartsWith("--", StringComparison.Ordinal)),
            word => Assert.Contains($"\"{word}\"", source, StringComparison.Ordinal));
    }

    /// <summary>As a shell takes them apart, those of any service as for Orders.</summary>
    private static IEnumerable<string[]> CommandsIn(string file) =>
        Commands().Matches(Continued().Replace(File.ReadAllText(file), " ")).Select(line => line.Value
            .Replace(
                "$SERVICE", Path.GetFileName(file) == "notifications.yml" ? "notifications" : "orders",
                StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task A_release_of_a_service_in_another_language_has_the_tag_of_its_package(bool isRight, int code)
    {
        var version = ListedProcess.All().Single(each => each.Name == "notifications").Version;
        var tag = "notifications/v" + (isRight ? version : "0.0.1");
        Assert.Equal(code, await CommandLine.RunAsync(["ci", "notifications", "--released", tag]));
    }

    [Fact]
    public async Task Runs_the_steps_in_order_and_ends_with_the_first_that_fails()
    {
        using var output = new StringWriter();
        var run = new RunSteps(SourceTree.Root, output);
        Assert.True(await run.RunAsync([new Step("a", ["true"]), new Step("b", ["sh", "-c", "exit 0"])], Stop));
        Assert.False(await run.RunAsync([new Step("c", ["sh", "-c", "exit 7"]), new Step("d", ["true"])], Stop));
        var lines = output.ToString();
        Assert.Contains("+ sh -c exit 0", lines, StringComparison.Ordinal);
        Assert.Contains("- c: failed with code 7 after", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("- d:", lines, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("orders")]
    [InlineData("/orders")]
    [InlineData("https://ghcr.io/orders")]
    public void Refuses_an_image_without_a_registry(string image) =>
        Assert.Throws<UserError>(
            () => PublishImage.Words(repository.Find("orders"), new Version(1, 2, 3), image, "x64"));

    [Fact]
    public void Publishes_under_the_version_and_in_small_letters()
    {
        var words = PublishImage.Words(
            repository.Find("orders"), new Version(1, 2, 3), "ghcr.io/Tea/Shop/orders", "arm64");
        Assert.Contains("-p:ContainerRepository=tea/shop/orders", words);
        Assert.Contains("-p:ImageArch=arm64", words);
        Assert.Contains("-p:ContainerImageTag=1.2.3-arm64", words);
    }

    [GeneratedRegex(@"\\\r?\n *")]
    private static partial Regex Continued();

    /// <summary>To the end of the line, or of what is put into another.</summary>
    [GeneratedRegex(@"(?<=^(?: +run:| {10}).*)(?:\./tessera|dotnet) [^\r\n)]*", RegexOptions.Multiline)]
    private static partial Regex Commands();
}
