using System.Diagnostics.CodeAnalysis;

namespace Tessera.Orders;

/// <summary>The priced lines of an order: at most one line a product, none empty.</summary>
internal sealed class Basket
{
    public const int QuantityMax = 100_000;
    public const int LinesMax = 200;

    /// <summary>100 million pounds. Far below what a 64-bit sum of 200 lines holds, so sums cannot
    /// overflow unnoticed.</summary>
    public const long TotalMinorMax = 10_000_000_000;

    private Basket(IReadOnlyList<BasketLine> lines, long totalMinor, string currency)
    {
        Lines = lines;
        TotalMinor = totalMinor;
        Currency = currency;
    }

    public IReadOnlyList<BasketLine> Lines { get; }

    public long TotalMinor { get; }

    public string Currency { get; }

    /// <summary>Adds up lines of the same product, in the order of their first appearance. False, and why, when the
    /// buyer asked for something that cannot be ordered.</summary>
    public static bool TryMerge(
        IEnumerable<WantedLine> wanted, out IReadOnlyList<WantedLine> lines, [NotNullWhen(false)] out string? refusal)
    {
        var merged = new List<WantedLine>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        lines = merged;
        foreach (var line in wanted)
        {
            refusal = $"The quantity of '{line.Sku}' must be from 1 to {QuantityMax} in all.";
            if (line.Quantity is < 1 or > QuantityMax) return false;
            if (places.TryAdd(line.Sku, merged.Count))
            {
                merged.Add(line);
                continue;
            }
            var sum = merged[places[line.Sku]].Quantity + line.Quantity; // Both ≤ 100,000: cannot overflow.
            if (sum > QuantityMax) return false;
            merged[places[line.Sku]] = line with { Quantity = sum };
        }
        refusal = merged.Count is >= 1 and <= LinesMax ? null : $"An order has from 1 to {LinesMax} lines.";
        return refusal is null;
    }

    /// <inheritdoc cref="TryMerge"/>
    public static bool TryPrice(
        IReadOnlyList<BasketLine> lines, string currency, [NotNullWhen(true)] out Basket? basket,
        [NotNullWhen(false)] out string? refusal)
    {
        basket = null;
        refusal = TooDear(currency);
        var total = 0L;
        foreach (var line in lines)
        {
            total = checked(total + checked(line.Quantity * line.UnitPriceMinor));
            if (total > TotalMinorMax) return false;
        }
        refusal = total > 0 ? null : "The order costs nothing: its products have no price.";
        if (refusal is not null) return false;
        basket = new Basket(lines, total, currency);
        return true;
    }

    public static string TooDear(string currency) =>
        $"The total exceeds {TotalMinorMax} (minor units of {currency}), the most an order may cost.";
}

internal sealed record WantedLine(string Sku, int Quantity);

internal sealed record BasketLine(string Sku, string? Name, int Quantity, long UnitPriceMinor);
