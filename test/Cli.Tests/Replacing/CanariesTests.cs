using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests.Replacing;

public sealed class CanariesTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_canary_hears_how_it_is_to_end_and_a_service_without_one_is_not_asked(bool isPromoted)
    {
        using var data = Some.Folder();
        var canaries = CanariesIn(data.Path, out _);
        Assert.False(canaries.AskToEnd("orders", isPromoted));
        canaries.Set("orders", "http://127.0.0.1:1", 10);
        Assert.Null(canaries.AskedToEnd("orders"));
        Assert.True(canaries.AskToEnd("orders", isPromoted));
        Assert.Equal(isPromoted, canaries.AskedToEnd("orders"));
        canaries.ForgetEnd("orders");
        Assert.Null(canaries.AskedToEnd("orders"));
        canaries.Remove("orders");
        Assert.False(canaries.AskToEnd("orders", isPromoted));
    }

    /// <summary>Who writes and who reads are two processes.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("promo")]
    public void A_word_that_is_half_written_takes_nothing_back(string written)
    {
        using var data = Some.Folder();
        var canaries = CanariesIn(data.Path, out var folder);
        File.WriteAllText(folder.CanaryEndOf("orders"), written);
        Assert.Null(canaries.AskedToEnd("orders"));
    }

    private static Canaries CanariesIn(string data, out RunFolder folder)
    {
        folder = new RunFolder(data);
        Directory.CreateDirectory(Path.GetDirectoryName(folder.CanariesFile)!);
        return new Canaries(folder);
    }
}
