using System.Globalization;
using Tessera.Catalog.Contracts;
using Tessera.Cli.Shop;

namespace Tessera.Cli.Retail;

/// <summary>Fills catalog and stock through the HTTP interface, as an operator would.</summary>
internal static class Import
{
    public static async Task<int> RunAsync(RetailFile retail, Store store, string? report, CancellationToken stop)
    {
        var path = report ?? Path.Combine(store.Folder.Data, "reports", $"import-{retail.Mark}.csv");
        if (retail.Lines.Count == 0) throw ReportFile.NothingUsed(retail, path);
        ReportFile.CheckWritable(path);
        var products = Assortment.Of(retail.Lines);
        var invoices = ReplayPlan.Of(retail.Lines).Invoices;
        var (added, changed, unchanged) = (0, 0, 0);
        var refused = new List<ReportRow>();
        await Bar.RunAsync("products", products.Count, advance => Batches.SendAsync(
            products,
            async batch => await store.Client.PostAsync(
                "/api/v1/products/import",
                new ImportProductsRequest(
                    [.. batch.Select(each => new ImportedProduct(each.Sku, each.Name, each.PriceMinor)
                    {
                        CategoryIfNone = ProductCategory.Of(each.Name),
                    })]),
                await store.Scripts.TokenAsync(stop), stop),
            (batch, answer) =>
            {
                var view = answer.Read<ImportedProductsView>();
                (added, changed, unchanged) = (added + view.Added, changed + view.Changed, unchanged + view.Unchanged);
                foreach (var _ in batch) advance();
            },
            (product, answer) =>
            {
                refused.Add(new ReportRow("product", "", null, product.Sku, answer.Problem()));
                advance();
            }), store.Clock);
        var receiving = new ReceiveInvoices(store);
        await Bar.RunAsync(
            "stock of invoices", invoices.Count, advance => receiving.RunAsync(invoices, advance, stop), store.Clock);
        refused.AddRange(receiving.Refused.Select(
            each => new ReportRow("stock", each.Invoice.Reference, null, null, each.Why)));
        ReportFile.Write(path, [.. ReportFile.Lines(retail.Unusable), .. refused]);
        Say(retail, products, refused, added, changed, unchanged, path);
        return refused.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void Say(
        RetailFile retail, IReadOnlyList<StockedProduct> products, List<ReportRow> refused,
        int added, int changed, int unchanged, string report)
    {
        var pieces = products.Sum(product => product.Stock);
        var scarce = products.Count(product => product.IsShort);
        var culture = CultureInfo.InvariantCulture;
        Console.WriteLine(string.Create(
            culture, $"products   {products.Count}: {added} added, {changed} changed, {unchanged} as they were"));
        Console.WriteLine(string.Create(culture, $"stock      {pieces} pieces: what the file sells of each product,"));
        Console.WriteLine(string.Create(
            culture, $"           but half of it for {scarce} products, so that some orders find too little;"));
        Console.WriteLine("           what came in for an invoice before did not come in again");
        Console.WriteLine(string.Create(
            culture, $"lines      {retail.Lines.Count} used, {retail.Unusable.Count} not (all of them in {report})"));
        foreach (var (reason, count) in ReportFile.Count(retail.Unusable.Select(line => line.Reason)))
            Console.WriteLine(string.Create(culture, $"           {count,5}  {reason}"));
        if (refused.Count == 0) return;
        Console.WriteLine(string.Create(culture, $"refused    {refused.Count} (in the report, too)"));
        foreach (var (reason, count) in ReportFile.Count(refused.Select(row => row.Reason)))
            Console.WriteLine(string.Create(culture, $"           {count,5}  {reason}"));
    }
}
