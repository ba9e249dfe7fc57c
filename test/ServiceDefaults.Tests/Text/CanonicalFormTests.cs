using System.Globalization;
using System.IO.Compression;
using Tessera.TextDefaults;

namespace Tessera.ServiceDefaults.Tests.Text;

/// <summary>By Unicode's own conformance test (NormalizationTest.txt of 15.0.0, without its comments).</summary>
public sealed class CanonicalFormTests
{
    [Fact]
    public void Forms_are_those_of_Unicodes_conformance_test()
    {
        var lines = Lines().Select(line => line.Text.Split(';').Select(Characters).ToArray()).ToList();
        Assert.Equal(19_074, lines.Count);
        Assert.All(lines, forms =>
        {
            // source; NFC; NFD; NFKC; NFKD, with what the file's head demands of them.
            Assert.All(forms[..3], form => Assert.Equal(forms[1], ComposedText.Compose(form)));
            Assert.All(forms[..3], form => Assert.Equal(forms[2], ComposedText.Decompose(form)));
            Assert.All(forms[3..], form => Assert.Equal(forms[3], ComposedText.Compose(form)));
            Assert.All(forms[3..], form => Assert.Equal(forms[4], ComposedText.Decompose(form)));
        });
    }

    [Fact]
    public void Characters_that_the_conformance_test_does_not_name_stay_as_they_are()
    {
        var named = Lines().Where(line => line.Part == "@Part1")
            .Select(line => Characters(line.Text[..line.Text.IndexOf(';', StringComparison.Ordinal)]))
            .ToHashSet(StringComparer.Ordinal);
        var others = Enumerable.Range(0, 0x110000).Where(point => point is < 0xD800 or > 0xDFFF)
            .Select(char.ConvertFromUtf32).Where(text => !named.Contains(text));
        Assert.DoesNotContain(
            others, text => ComposedText.Compose(text) != text || ComposedText.Decompose(text) != text);
    }

    [Fact]
    public void Half_of_a_pair_stays_as_it_is() =>
        Assert.Equal("\u00E9\uD800x\uDC00", ComposedText.Compose("e\u0301\uD800x\uDC00"));

    [Fact]
    public void Many_marks_are_ordered_as_fast_as_they_come()
    {
        // Compared with each other, they would take minutes.
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 50_000));
        Assert.Equal('\u1EB9', ComposedText.Compose("e" + marks)[0]);
    }

    [Theory]
    [InlineData("Café", "cafe")]
    [InlineData("CAFE\u0301", "cafe")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("Ωμέγα", "ωμεγα")]
    [InlineData("हिन्दी", "हिन्दी")]
    [InlineData("한글", "한글")]
    public void A_search_sees_no_accents_and_no_capital_letters(string text, string searched) =>
        Assert.Equal(searched, SearchedText.Of(text));

    [Theory]
    [InlineData("pa\u0301ss\u00A0wo\u3000rd", "páss wo rd")]
    [InlineData("ＦｕｌｌWidth ", "ＦｕｌｌWidth ")]
    public void A_password_is_prepared_as_the_standard_says(string typed, string prepared) =>
        Assert.Equal(prepared, PasswordText.Prepare(typed));

    [Theory]
    [InlineData("Jose\u0301@Example.com ", "josé@example.com")]
    [InlineData("E\u0301@EXAMPLE.com", "é@example.com")]
    public void An_email_has_one_form(string typed, string normalized) =>
        Assert.Equal(normalized, EmailAddress.Normalize(typed));

    private static IEnumerable<(string Part, string Text)> Lines()
    {
        using var file = typeof(CanonicalFormTests).Assembly.GetManifestResourceStream("NormalizationTest.txt.gz")!;
        using var lines = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var part = "";
        while (lines.ReadLine() is { } line)
        {
            if (line.StartsWith('@')) part = line;
            else yield return (part, line);
        }
    }

    private static string Characters(string points) => string.Concat(points.Split(' ').Select(point =>
        char.ConvertFromUtf32(int.Parse(point, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));
}
