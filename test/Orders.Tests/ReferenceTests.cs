using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using Tessera.Orders.Contracts;

namespace Tessera.Orders.Tests;

public sealed class ReferenceTests
{
    private static readonly RegularExpressionAttribute _pattern = typeof(PlaceOrderRequest)
        .GetProperty(nameof(PlaceOrderRequest.Reference))!.GetCustomAttribute<RegularExpressionAttribute>()!;

    [Fact]
    public void Holds_no_character_that_nobody_can_see_of_all_there_are()
    {
        var runes = Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(code => new Rune(code)).ToList();
        var taken = runes.Where(IsInvisible).Where(rune => _pattern.IsValid($"a{rune}1"));
        Assert.Empty(taken.Select(rune => $"U+{rune.Value:X}"));
        var refused = runes.Where(rune => Rune.IsLetterOrDigit(rune) && !_pattern.IsValid($"a{rune}1"));
        Assert.Empty(refused.Select(rune => $"U+{rune.Value:X}"));
    }

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
