using Tessera.TextDefaults;

namespace Tessera.ServiceDefaults.Tests.Text;

public sealed class CutTextTests
{
    [Theory]
    [InlineData(3, "abc", "abc")]
    [InlineData(3, "abcd", "abc")]
    [InlineData(3, "ab😀", "ab")]
    [InlineData(4, "ab😀", "ab😀")]
    [InlineData(1, "😀", "")]
    public void Ends_with_a_whole_character(int lengthMax, string text, string expected) =>
        Assert.Equal(expected, CutText.To(lengthMax, text));
}
