using static Tessera.Cli.Reconciling.DifferenceKind;

namespace Tessera.Cli.Reconciling;

/// <summary>Holds what services copy from others' events against what these say now.</summary>
internal static class CompareCopies
{
    public static void Run(Histories histories, HashSet<Difference> found)
    {
        foreach (var product in histories.Catalog.Values)
        {
            if (!histories.Stocked.Contains(product.Sku))
                Add(Missing, "catalog.product-added", $"product {product.Sku}", "inventory");
            if (histories.Prices.GetValueOrDefault(product.Sku) is not { } known)
                Add(Missing, "catalog.product-added", $"product {product.Sku}", "orders");
            else if (IsOther(product, known))
                AddChange(product, known);
        }
        foreach (var known in histories.Prices.Values.Where(known => !histories.Catalog.ContainsKey(known.Sku)))
            Add(Forgotten, "catalog.product-added", $"product {known.Sku}", "catalog");
        foreach (var buyer in histories.Buyers.Where(buyer => !histories.Accounts.Contains(buyer)))
        {
            // Either Orders has not heard that the account is gone, or Users has forgotten the account itself.
            Add(Missing, "users.user-erased", $"user {buyer}, who has orders and no account", "orders");
        }

        void AddChange(ProductHistory product, ProductHistory known)
        {
            var change = product.Withdrawn != known.Withdrawn ? "catalog.product-withdrawn" : "catalog.price-changed";
            if (known.Version < product.Version) Add(Missing, change, $"product {product.Sku}", "orders");
            else Add(Forgotten, change, $"product {product.Sku}", "catalog");
        }

        void Add(DifferenceKind kind, string @event, string subject, string service) =>
            found.Add(new Difference(kind, @event, subject, service));
    }

    /// <summary>Versions alone tell nothing: a new description is a version, and no event.</summary>
    private static bool IsOther(ProductHistory product, ProductHistory known) =>
        product.Withdrawn != known.Withdrawn || (!product.Withdrawn && product.PriceMinor != known.PriceMinor);
}
