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
        foreach (var user in histories.Erased.Intersect(histories.Accounts))
            Add(Forgotten, "users.user-erased", $"user {user}, whose account is back", "users");
        foreach (var (kept, who, service) in new[]
        {
            (histories.Buyers, "who has orders and no account", "orders"),
            (histories.Payers, "whose means of payment is kept, and who has no account", "payments"),
        })
        {
            // Where nobody knows of an erasure, Users may have forgotten the account itself.
            foreach (var user in kept.Where(user => !histories.Accounts.Contains(user)))
                Add(Missing, "users.user-erased", $"user {user}, {who}", service);
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
