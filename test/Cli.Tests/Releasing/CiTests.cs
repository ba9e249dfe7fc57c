using Tessera.Cli.Releasing;
using Tessera.Cli.Up;
using Tessera.Releasing;
using Tessera.Releasing.Pipelines;
using Xunit;

namespace Tessera.Cli.Tests.Releasing;

public sealed class CiTests
{
    private static readonly string[] dotnetVerbs = ["restore", "build", "artifacts"];
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
}
