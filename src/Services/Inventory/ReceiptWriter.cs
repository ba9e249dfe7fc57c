using System.Text.Json;
using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Inventory;

/// <summary>The one transaction of a receipt: its lines, and the answer for whoever retries it.</summary>
internal sealed class ReceiptWriter(UnitOfWork work, StockStore stock, IDatabase database, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Null when the key was used for other lines.</summary>
    public async Task<TAnswer?> ReceiveAsync<TAnswer>(
        Receipt receipt, IReadOnlyList<ReceiptLine> lines,
        Func<IReadOnlyList<StockView>, TAnswer> answerOf, CancellationToken stop)
        where TAnswer : class
    {
        await work.BeginAsync(stop);
        var sums = lines.GroupBy(line => line.Sku, StringComparer.Ordinal)
            .OrderBy(same => same.Key, StringComparer.Ordinal)
            .Select(same => (Sku: same.Key, Quantity: same.Sum(line => (long)line.Quantity)))
            .ToArray();
        foreach (var (sku, _) in sums)
        {
            stock.Add(sku);
            stock.Expect(sku);
        }
        // Rows that are missing first: made after the others were locked, they would be locked out of the order in
        // which all lock.
        stock.SaveAdded();
        await stock.LoadAsync(stop); // The additions below then wait for nobody.
        foreach (var (sku, quantity) in sums) Add(receipt, sku, quantity);
        var answer = answerOf(await work.QueryAsync(
            $"select sku, on_hand, held, committed, received from stock where {database.In("sku", 1)} order by sku",
            [database.List([.. sums.Select(line => line.Sku)])], StockReader.Read, stop));
        // Asked, and not left to the commit: a retry is no error, neither here nor in the database's log.
        var stored = await work.ExecuteAsync(
            """
            insert into receipts (operator_id, idempotency_key, request_hash, answer, received_at)
            values ($1, $2, $3, $4, $5) on conflict (operator_id, idempotency_key) do nothing
            """,
            [
                receipt.Operator, receipt.IdempotencyKey, receipt.RequestHash, JsonSerializer.Serialize(answer, Json),
                clock.GetUtcNow(),
            ],
            stop);
        if (stored == 0)
        {
            await work.RollbackAsync();
            return await FindAnswerAsync<TAnswer>(receipt, stop);
        }
        await work.CommitAsync(stop);
        return answer;
    }

    private void Add(Receipt receipt, string sku, long quantity)
    {
        work.EnqueueOne(
            "update stock set on_hand = on_hand + $2, received = received + $2 where sku = $1", sku, quantity);
        var now = clock.GetUtcNow();
        work.EnqueueInsert(
            "insert into received_lines (sku, id, quantity, received_at, operator_id) values ($1, $2, $3, $4, $5)",
            sku, Guid.CreateVersion7(now), quantity, now, receipt.Operator);
    }

    private async Task<TAnswer?> FindAnswerAsync<TAnswer>(Receipt receipt, CancellationToken stop) where TAnswer : class
    {
        var earlier = await database.QueryAsync(
            "select request_hash, answer from receipts where operator_id = $1 and idempotency_key = $2",
            [receipt.Operator, receipt.IdempotencyKey],
            row => (Hash: row.GetString(0), Answer: row.GetString(1)), stop);
        return earlier[0].Hash == receipt.RequestHash
            ? JsonSerializer.Deserialize<TAnswer>(earlier[0].Answer, Json)
            : null;
    }
}

internal sealed record Receipt(Guid Operator, string IdempotencyKey, string RequestHash);
