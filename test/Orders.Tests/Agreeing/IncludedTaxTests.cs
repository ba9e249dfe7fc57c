using CsCheck;
using Tessera.Orders.Contracts;

namespace Tessera.Orders.Tests.Agreeing;

/// <summary>The rule of rounding, as <see cref="IncludedTax"/> says it.</summary>
public sealed class IncludedTaxTests
{
    private static readonly Gen<(long Gross, decimal Rate)> part =
        Gen.Select(Gen.Long[0, Basket.TotalMinorMax], Gen.Int[0, 10_000], (gross, rate) => (gross, rate / 100m));

    [Theory]
    [InlineData(1200, 20, 200)]
    [InlineData(390, 20, 65)]
    [InlineData(100, 20, 17)] // 16.67
    [InlineData(63, 5, 3)]
    [InlineData(3, 100, 2)] // 1.5: halves go up.
    [InlineData(1000, 0, 0)]
    [InlineData(0, 20, 0)]
    public void Is_taken_out_of_the_gross_price(long gross, int rate, long tax) =>
        Assert.Equal(tax, IncludedTax.Of(gross, rate));

    [Fact]
    public void Is_within_half_a_unit_of_the_exact_tax_and_never_more_than_the_price() => part.Sample(each =>
    {
        var tax = IncludedTax.Of(each.Gross, each.Rate);
        // tax = gross × rate / (100 + rate), without a division that could round by itself.
        var off = (tax * (100 + each.Rate)) - (each.Gross * each.Rate);
        Assert.True(Math.Abs(off) * 2 <= 100 + each.Rate, $"{each}: {tax}");
        Assert.InRange(tax, 0, each.Gross);
    });

    [Fact]
    public void Adds_up_what_has_one_rate_and_takes_its_tax_once() =>
        Gen.Select(part, part, Gen.Bool).Sample((one, other, isAlike) =>
        {
            if (isAlike) other.Rate = one.Rate;
            var shares = IncludedTax.Shares((one.Gross, one.Rate), (other.Gross, other.Rate));
            Assert.Equal(one.Gross + other.Gross, shares.Sum(share => share.GrossMinor));
            Assert.Equal(shares.Count, shares.Select(share => share.RatePercent).Distinct().Count());
            Assert.Equal(shares, shares.OrderByDescending(share => share.RatePercent));
            Assert.All(shares, share => Assert.Equal(
                IncludedTax.Of(share.GrossMinor, share.RatePercent), share.TaxMinor));
            if (isAlike) Assert.True(shares.Count <= 1);
        });
}
