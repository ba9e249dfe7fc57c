using Tessera.Testing.Servers;

namespace Tessera.Web.Tests;

public sealed class MissingChromiumTests
{
    [Theory]
    [InlineData("true", @"Failed: [1-9]\d*, Skipped: 0,")]
    [InlineData("false", "Failed: 0, Skipped: [1-9]")]
    public async Task Fails_in_CI_where_there_is_no_browser_and_is_skipped_elsewhere(string ci, string count)
    {
        var (code, said) = await SameTests.RunAsync(
            typeof(FaultPageTests).Assembly, typeof(FaultPageTests).FullName!,
            ("CI", ci), ("TESSERA_CHROMIUM", "/nonexistent"));
        Assert.Contains("Chromium is not here.", said, StringComparison.Ordinal);
        Assert.Matches(count, said);
        Assert.Equal(ci == "true", code != 0);
    }
}
