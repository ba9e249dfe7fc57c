namespace Tessera.ServiceDefaults.Tests;

public sealed class CursorTests
{
    [Fact]
    public void Reads_what_it_wrote()
    {
        Assert.True(Cursor.TryParse(Cursor.Of("Tea pot, ☕", "TEA-100"), null, out var cursor));
        Assert.Equal(["Tea pot, ☕", "TEA-100"], cursor.Parts(2));
    }

    [Theory]
    [InlineData("")]
    [InlineData("%%%")]
    [InlineData("bm9uc2Vuc2U")] // nonsense
    [InlineData("W10")] // []
    [InlineData("W251bGxd")] // [null]
    [InlineData("WyJcdTAwMDAiXQ")] // ["\u0000"]
    [InlineData("WyJcdWQ4MDAiXQ")] // ["\ud800"]
    public void Reads_nothing_else(string text) => Assert.False(Cursor.TryParse(text, null, out _));

    [Fact]
    public void Refuses_a_cursor_of_another_list()
    {
        Assert.True(Cursor.TryParse(Cursor.Of("TEA-100"), null, out var cursor));
        Assert.Throws<BadHttpRequestException>(() => cursor.Parts(2));
        Assert.Throws<BadHttpRequestException>(() => cursor.AsGuid());
    }

    [Theory]
    [InlineData(2, 3, 2, "2")]
    [InlineData(2, 2, 2, null)]
    [InlineData(2, 0, 0, null)]
    public void Tells_where_to_go_on_while_there_is_more(int size, int found, int shown, string? next)
    {
        var page = Cursor.Page([.. Enumerable.Range(1, found)], size, last => $"{last}");
        Assert.Equal((shown, next), (page.Items.Count, page.Next));
    }
}
