namespace Tessera.ServiceDefaults.Tests.Input;

public sealed class LocalPathTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/search?q=a%20b&sort=price#top", "/search?q=a%20b&sort=price#top")]
    [InlineData("/search?q=tè", "/search?q=t%C3%A8")]
    [InlineData("/😀", "/%F0%9F%98%80")]
    public void Takes_a_path_of_this_store_and_encodes_what_no_header_may_carry(string path, string expected) =>
        Assert.Equal(expected, LocalPath.Checked(path));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("search")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/a\\b")]
    [InlineData("/\t/evil.example")]
    [InlineData("/a\r\nSet-Cookie: a=b")]
    [InlineData("/a\0")]
    [InlineData("/connect/authorize?client_id=%00")]
    [InlineData("https://evil.example/")]
    public void Takes_nothing_else(string? path)
    {
        Assert.Null(LocalPath.Checked(path));
        Assert.Equal("/", LocalPath.Of(path));
    }

    [Fact]
    public void Is_never_longer_than_a_header_may_be()
    {
        Assert.NotNull(LocalPath.Checked("/" + new string('a', LocalPath.LengthMax - 1)));
        Assert.Null(LocalPath.Checked("/" + new string('a', LocalPath.LengthMax)));
        Assert.Null(LocalPath.Checked("/" + new string('ü', LocalPath.LengthMax / 2)));
    }
}
