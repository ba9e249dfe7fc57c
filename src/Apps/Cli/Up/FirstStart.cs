using Tessera.Catalog.Contracts;
using Tessera.Cli.Shop;
using Tessera.Inventory.Contracts;

namespace Tessera.Cli.Up;

/// <summary>What happens once when all services of a new store are ready for the first time: a few products go in,
/// through the HTTP interface as everything else does.</summary>
internal static class FirstStart
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);

    private static readonly (string Sku, string Name, long PriceMinor, string Category, int Stock)[] _products =
    [
        ("TEA-100", "Teapot, blue enamel", 1850, "kitchen", 40),
        ("TEA-110", "Tea cup with saucer", 695, "kitchen", 200),
        ("TEA-120", "Tea cosy, wool", 1200, "kitchen", 60),
        ("JAR-200", "Storage jar, one litre", 850, "kitchen", 120),
        ("CAN-300", "Candle, beeswax", 450, "home", 500),
        ("CAN-310", "Candlestick, brass", 2400, "home", 35),
        ("LAN-320", "Lantern for the garden", 3250, "home", 25),
        ("CLO-400", "Wall clock, oak", 5900, "home", 15),
        ("PAP-500", "Wrapping paper, ten sheets", 350, "paper", 400),
        ("PAP-510", "Greeting cards, box of twelve", 790, "paper", 150),
        ("BAG-600", "Shopping bag, cotton", 550, "bags", 300),
        ("BAG-610", "Lunch box, tin", 980, "bags", 3),
    ];

    public static async Task RunAsync(SupervisorSession session, TimeProvider clock, CancellationToken stop)
    {
        while (!session.Supervisor.IsReady) await Task.Delay(_poll, clock, stop);
        if (!session.Settings.Empty && !File.Exists(session.Folder.FilledFile))
        {
            session.Supervisor.Enter(RunState.Filling);
            try
            {
                await FillAsync(session, clock, stop);
            }
            catch (UserError failure)
            {
                // The store runs all the same; the next start tries again.
                await Console.Error.WriteLineAsync($"tessera: the sample products are not in: {failure.Message}");
            }
        }
        session.Supervisor.Enter(RunState.Running);
    }

    private static async Task FillAsync(SupervisorSession session, TimeProvider clock, CancellationToken stop)
    {
        using var store = Store.Of(session.Folder, session.Supervisor.Plan.Gateway.Address, clock);
        var products = new ImportProductsRequest(
            [.. _products.Select(each => new ImportedProduct(each.Sku, each.Name, each.PriceMinor, each.Category))]);
        var stock = new ReceiveManyRequest([.. _products.Select(each => new ReceiptLine(each.Sku, each.Stock))]);
        var token = await store.Scripts.TokenAsync(stop);
        var answers = new List<Answer>
        {
            await store.Client.PostAsync("/api/v1/products/import", products, token, stop),
            // The key stays the same: a start that was cut off here fills the shelves once all the same.
            await store.Client.PostAsync("/api/v1/stock/receipts", stock, token, stop, "first-start"),
        };
        foreach (var (sku, _, _, _, _) in _products)
        {
            var path = $"/api/v1/products/{sku}/pictures/1";
            // The same picture again changes nothing.
            answers.Add(await store.Client.PutAsync(path, await DrawingAsync(sku, stop), "image/webp", token, stop));
        }
        if (answers.Find(answer => !answer.IsSuccess) is { } failed) throw new UserError(failed.Problem());
        await File.WriteAllTextAsync(session.Folder.FilledFile, "", stop);
    }

    /// <summary>Drawn for this product: samples/pictures has what it was made from.</summary>
    private static async Task<byte[]> DrawingAsync(string sku, CancellationToken stop)
    {
        await using var drawing = typeof(FirstStart).Assembly.GetManifestResourceStream(
            $"Pictures/{sku.ToLowerInvariant()}.webp")!;
        using var bytes = new MemoryStream();
        await drawing.CopyToAsync(bytes, stop);
        return bytes.ToArray();
    }
}
