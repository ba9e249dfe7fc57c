using Tessera.Web.Texts;

namespace Tessera.Web.Tests;

public sealed class WordsTests
{
    private static readonly DateTimeOffset at = new(2026, 11, 29, 14, 5, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("en", "29 November 2026", "14:05 UTC", "£1,234.50", "1,234")]
    [InlineData("de", "29. November 2026", "14:05 UTC", "1.234,50 £", "1.234")]
    [InlineData("fr", "29 novembre 2026", "14:05 UTC", "1\u202f234,50 £", "1\u202f234")]
    [InlineData("ja", "2026年11月29日", "14:05 UTC", "£1,234.50", "1,234")]
    public void Write_days_times_money_and_numbers_as_their_readers_do(
        string language, string day, string time, string money, string number)
    {
        var words = Words.Find(language)!;
        Assert.Equal((day, time, money), (words.Day(at), words.Time(at), words.Money(123_450, "GBP")));
        Assert.Contains(number, words.Count("search.found", 1234), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "0 items", "1 item", "2 items")]
    [InlineData("de", "0 Stück", "1 Stück", "2 Stück")]
    [InlineData("fr", "0 article", "1 article", "2 articles")]
    [InlineData("ja", "0 点", "1 点", "2 点")]
    public void Count_none_one_and_many_as_their_readers_do(string language, string none, string one, string many)
    {
        var words = Words.Find(language)!;
        Assert.Equal([none, one, many], new long[] { 0, 1, 2 }.Select(count => words.Count("basket.count", count)));
    }
}
