using Microsoft.Extensions.Options;
using Tessera.Catalog.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

/// <summary>Finds the shop's own price of each line: as Catalog's events told, or, of products not heard of yet,
/// as Catalog answers now.</summary>
internal sealed class PriceBasket(
    PriceList prices, CatalogClient catalog, CatalogQuestions questions, AgreeTerms agree, IOptions<ShopOptions> shop)
{
    private const int AskedAtOnceMax = 8;

    public async Task<PricingResult> HandleAsync(
        IReadOnlyList<WantedLine> wanted, WantedDelivery delivery, CancellationToken stop)
    {
        var known = await prices.FindAsync([.. wanted.Select(line => line.Sku)], stop);
        var learned = new List<ProductView>();
        foreach (var skus in wanted.Select(line => line.Sku)
            .Where(sku => !known.ContainsKey(sku)).Chunk(AskedAtOnceMax))
        {
            foreach (var answer in await Task.WhenAll(skus.Select(sku => questions.AskAsync(sku, catalog, stop))))
            {
                if (answer is CatalogAnswer.Away) return new PricingResult.CatalogAway();
                if (answer is CatalogAnswer.Found found) learned.Add(found.Product);
            }
        }
        foreach (var product in learned)
        {
            known[product.Sku] = new KnownPrice(
                product.Sku, product.Name, product.PriceMinor, product.Withdrawn, product.Version);
        }
        return Price(wanted, delivery, known, learned);
    }

    private PricingResult Price(
        IReadOnlyList<WantedLine> wanted, WantedDelivery delivery, Dictionary<string, KnownPrice> known,
        List<ProductView> learned)
    {
        var unknown = wanted.Where(line => !known.ContainsKey(line.Sku)).Select(line => line.Sku).ToArray();
        if (unknown.Length > 0) return new PricingResult.NotForSale("unknown", unknown);
        var withdrawn = wanted.Where(line => known[line.Sku].Withdrawn).Select(line => line.Sku).ToArray();
        if (withdrawn.Length > 0) return new PricingResult.NotForSale("withdrawn", withdrawn);
        var lines = wanted
            .Select(line => new BasketLine(
                line.Sku, known[line.Sku].Name, line.Quantity, known[line.Sku].PriceMinor)).ToArray();
        return Basket.TryPrice(lines, shop.Value.Currency, out var basket, out var refusal)
            && agree.TryAgree(basket, delivery, out var terms, out refusal)
                ? new PricingResult.Priced(terms, learned)
                : new PricingResult.Refused(refusal);
    }
}

internal abstract record PricingResult
{
    /// <param name="Learned">What Catalog answered, to be kept with the order.</param>
    public sealed record Priced(OrderTerms Terms, IReadOnlyList<ProductView> Learned) : PricingResult
    {
        /// <summary>A buyer who expects no total takes any.</summary>
        public bool Costs(long? expectedTotalMinor) =>
            expectedTotalMinor is null || expectedTotalMinor == Terms.TotalMinor;
    }

    /// <param name="Kind"><c>unknown</c> or <c>withdrawn</c>.</param>
    public sealed record NotForSale(string Kind, IReadOnlyList<string> Skus) : PricingResult;

    public sealed record Refused(string Why) : PricingResult;

    public sealed record CatalogAway : PricingResult;
}
