using System.Collections.Concurrent;
using Tessera.Cli.Shop;
using Tessera.Inventory.Contracts;

namespace Tessera.Cli.Retail;

/// <summary>What each invoice sells comes in as a receipt of its own, under the invoice's name: in whatever file it
/// stands, it comes in once.</summary>
internal sealed class ReceiveInvoices(Store store)
{
    private const int Concurrency = 16;
    private readonly ConcurrentBag<(Invoice Invoice, string Why)> _refused = [];

    /// <summary>Of which nothing came in, and why.</summary>
    public IReadOnlyList<(Invoice Invoice, string Why)> Refused =>
        [.. _refused.OrderBy(each => each.Invoice.Name, StringComparer.Ordinal)];

    public async Task RunAsync(IReadOnlyList<Invoice> invoices, Action advance, CancellationToken stop)
    {
        var limits = new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = stop };
        await Parallel.ForEachAsync(
            invoices.GroupBy(invoice => invoice.Number), limits, async (parts, end) =>
            {
                string? why = null;
                foreach (var part in parts)
                {
                    why ??= await ReceiveAsync(part, end); // An invoice that has changed brings nothing more.
                    if (why is not null) _refused.Add((part, why));
                    advance();
                }
            });
    }

    /// <returns>Why nothing came in, or null.</returns>
    private async Task<string?> ReceiveAsync(Invoice invoice, CancellationToken stop)
    {
        var lines = invoice.Lines
            .Select(line => new ReceiptLine(line.Sku, (int)Assortment.Received(line.Sku, line.Quantity))).ToList();
        var answer = await store.Client.PostAsync(
            "/api/v1/stock/receipts", new ReceiveManyRequest(lines), await store.Scripts.TokenAsync(stop), stop,
            invoice.KeyFor("stock"));
        if (answer.IsSuccess) return null;
        if (answer.IsKeyUsed) return "its stock came in before with other lines; nothing came in now";
        return answer.IsAboutContent
            ? answer.Problem()
            : throw new UserError($"Inventory did not take the stock: {answer.Problem()} Run the import again.");
    }
}
