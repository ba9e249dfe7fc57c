using System.Globalization;
using Tessera.Catalog.Contracts;
using Tessera.Cli.Shop;
using Tessera.Inventory.Contracts;

namespace Tessera.Cli.Retail;

/// <summary>Fills catalog and stock through the HTTP interface, as an operator would.</summary>
internal static class Import
{
    private const int BatchSize = 500;

    public static async Task<int> RunAsync(RetailFile retail, Store store, string? report, CancellationToken stop)
    {
        var products = Assortment.Of(retail.Lines);
        var (added, changed, unchanged) = (0, 0, 0);
        await Bar.RunAsync("products", products.Count, async advance =>
        {
            foreach (var batch in products.Chunk(BatchSize))
            {
                var request = new ImportProductsRequest(
                    [.. batch.Select(each => new ImportedProduct(each.Sku, each.Name, each.PriceMinor))]);
                var answer = await store.Client.PostAsync(
                    "/api/v1/products/import", request, await store.Operator.TokenAsync(stop), stop);
                if (!answer.IsSuccess)
                {
                    throw new UserError($"The catalog did not take the products: {answer.Problem()}");
                }
                var view = answer.Read<ImportedProductsView>();
                (added, changed, unchanged) = (added + view.Added, changed + view.Changed, unchanged + view.Unchanged);
                foreach (var _ in batch) advance();
            }
        }, store.Clock);
        await Bar.RunAsync("stock", products.Count, async advance =>
        {
            foreach (var (number, batch) in products.Chunk(BatchSize).Index())
            {
                var request = new ReceiveManyRequest([.. batch.Select(each => new ReceiptLine(each.Sku, each.Stock))]);
                // The same file gives the same keys: nothing is received twice.
                var key = $"import-{retail.Mark}-{BatchSize}-{number}";
                var answer = await store.Client.PostAsync(
                    "/api/v1/stock/receipts", request, await store.Operator.TokenAsync(stop), stop, key);
                if (!answer.IsSuccess) throw new UserError($"Inventory did not take the stock: {answer.Problem()}");
                foreach (var _ in batch) advance();
            }
        }, store.Clock);
        var path = report ?? Path.Combine(store.Folder.Data, "reports", $"import-{retail.Mark}.csv");
        ReportFile.Write(path, ReportFile.Lines(retail.Unusable));
        Say(retail, products, added, changed, unchanged, path);
        return ExitCodes.Ok;
    }

    private static void Say(
        RetailFile retail, IReadOnlyList<StockedProduct> products, int added, int changed, int unchanged, string report)
    {
        var pieces = products.Sum(product => (long)product.Stock);
        var scarce = products.Count(product => product.IsShort);
        var culture = CultureInfo.InvariantCulture;
        Console.WriteLine(string.Create(
            culture, $"products   {products.Count}: {added} added, {changed} changed, {unchanged} as they were"));
        Console.WriteLine(string.Create(culture, $"stock      {pieces} pieces: what the file sells of each product,"));
        Console.WriteLine(string.Create(
            culture, $"           but half of it for {scarce} products, so that some orders find too little"));
        Console.WriteLine(string.Create(
            culture, $"lines      {retail.Lines.Count} used, {retail.Unusable.Count} not (all of them in {report})"));
        foreach (var (reason, count) in ReportFile.Count(retail.Unusable.Select(line => line.Reason)))
            Console.WriteLine(string.Create(culture, $"           {count,5}  {reason}"));
    }
}
