using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.TextDefaults;

namespace Tessera.ServiceDefaults.Tests.Money;

/// <summary>The one setting that says what prices are in.</summary>
public sealed class CurrencyTests
{
    [Theory]
    [InlineData("GBP", 2)]
    [InlineData("EUR", 2)]
    [InlineData("JPY", 0)]
    [InlineData("KWD", 3)]
    public void Knows_currencies_and_the_digits_of_their_minor_unit(string code, int digits)
    {
        Assert.True(Currencies.IsKnown(code));
        Assert.Equal(digits, Currencies.DigitsOf(code));
        Assert.Equal(code, Read(code).Currency);
    }

    [Theory]
    [InlineData("GBP", 1850, "18.50")]
    [InlineData("GBP", -5, "-0.05")]
    [InlineData("JPY", 1850, "1850")]
    [InlineData("KWD", 1850, "1.850")]
    public void Writes_an_amount_as_programs_read_it(string code, long minor, string text) =>
        Assert.Equal(text, Currencies.TextOf(minor, code));

    [Theory]
    [InlineData("")]
    [InlineData("gbp")]
    [InlineData("GB")]
    [InlineData("XXX")]
    [InlineData("DEM")] // No longer in use.
    [InlineData("£")]
    public void Refuses_what_is_none_and_names_the_key(string code)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Read(code));
        Assert.Contains("Shop:Currency", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_pounds_unless_set() => Assert.Equal("GBP", Read(null).Currency);

    [Fact]
    public void Lists_each_currency_once_by_three_capital_letters()
    {
        Assert.InRange(Currencies.All.Count, 140, 170);
        Assert.All(Currencies.All, code => Assert.True(code.Length == 3 && code.All(char.IsAsciiLetterUpper), code));
    }

    private static ShopOptions Read(string? code)
    {
        var configuration = new ConfigurationManager();
        if (code is not null) configuration["Shop:Currency"] = code;
        var services = new ServiceCollection();
        services.AddOptions<ShopOptions>().Bind(configuration.GetSection(ShopOptions.Section))
            .ValidateKeys(ShopOptions.Section);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<ShopOptions>>().Value;
    }
}
