namespace Tessera.Orders.Contracts;

/// <summary>The tax that prices include.</summary>
/// <remarks>The rule: what has one rate is added up first, and its tax is taken once from the sum, as
/// <c>gross × rate / (100 + rate)</c>, rounded to the minor unit, halves up. So tax and net always make the gross
/// again, and no sum of lines differs from the sum of their roundings by more than half of a minor unit.</remarks>
public static class IncludedTax
{
    /// <summary>The tax in what costs <paramref name="grossMinor"/>, which is not negative.</summary>
    public static long Of(long grossMinor, decimal ratePercent) => (long)decimal.Round(
        grossMinor * ratePercent / (100 + ratePercent), MidpointRounding.AwayFromZero);

    /// <summary>By rate, the highest first; what costs nothing has no share.</summary>
    public static IReadOnlyList<TaxShare> Shares(params ReadOnlySpan<(long GrossMinor, decimal RatePercent)> parts)
    {
        var highestFirst = Comparer<decimal>.Create((one, other) => other.CompareTo(one));
        var byRate = new SortedDictionary<decimal, long>(highestFirst);
        foreach (var (gross, rate) in parts)
        {
            if (gross != 0) byRate[rate] = byRate.GetValueOrDefault(rate) + gross;
        }
        return [.. byRate.Select(each => new TaxShare(each.Key, each.Value, Of(each.Value, each.Key)))];
    }
}
