using Tessera.Testing.Servers;

namespace Tessera.Rolling;

/// <summary>A clone without what was released: there is nothing to replace.</summary>
public sealed class MissingReleaseTests
{
    [Theory]
    [InlineData("true", @"Failed: [1-9]\d*, Skipped: 0,")]
    [InlineData("false", "Failed: 0, Skipped: [1-9]")]
    public async Task Fails_in_CI_where_no_release_can_be_built_and_is_skipped_elsewhere(string ci, string count)
    {
        var (code, said) = await SameTests.RunAsync(
            typeof(SettingReplacementTests).Assembly, typeof(SettingReplacementTests).FullName!,
            ("CI", ci), ("GIT_DIR", "/nonexistent"));
        Assert.Contains("is no clone of git, so there is nothing to build", said, StringComparison.Ordinal);
        Assert.Matches(count, said);
        Assert.Equal(ci == "true", code != 0);
    }
}
