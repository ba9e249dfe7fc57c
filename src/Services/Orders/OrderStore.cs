using System.Diagnostics;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>The orders of one transaction, each locked from its first read until the commit.</summary>
internal sealed class OrderStore(
    UnitOfWork work, IDatabase database, OrderChanges changes, ILogger<OrderStore> logger)
{
    private const string Columns =
        "id, buyer, state, cancel_reason, stock_committed, total_minor, currency, payment_method, " +
        "placed_at, confirmed_at, version";

    private const string IsOpen = "state in ('Placed', 'StockReserved', 'Confirmed')";

    /// <summary>A condition: the row says more about a person than the id.</summary>
    private const string SaysMore =
        "(reference is not null or payment_method <> '' or request_hash <> '' or cancel_words is not null " +
        "or note is not null)";

    private readonly HashSet<Guid> _expected = [];
    private readonly Dictionary<Guid, Order> _loaded = [];

    /// <summary>Announces orders that will be asked for, so that all of a batch cost one round trip, and are locked in
    /// one order: transactions that share orders wait for each other instead of deadlocking.</summary>
    public void Expect(Guid order) => _expected.Add(order);

    /// <summary>The same for all that the erasure of these buyers will change. Looked up without a lock: an order that
    /// comes meanwhile is locked with its buyer's.</summary>
    public async Task ExpectErasureAsync(IReadOnlyCollection<Guid> buyers, CancellationToken stop) =>
        _expected.UnionWith(await work.QueryAsync(
            $"select id from orders where {database.In("buyer", 1)} and ({IsOpen} or {SaysMore})",
            [database.List(buyers)], row => row.GetGuid(0), stop));

    public async Task<Order?> FindAsync(Guid id, CancellationToken stop)
    {
        if (_loaded.TryGetValue(id, out var known)) return known;
        _expected.Add(id);
        await LoadExpectedAsync(stop);
        return _loaded.GetValueOrDefault(id);
    }

    /// <summary>The buyer's orders that have not come to an end.</summary>
    public async Task<IReadOnlyList<Order>> FindOpenAsync(Guid buyer, CancellationToken stop)
    {
        await LoadExpectedAsync(stop);
        return await LoadAsync($"where buyer = $1 and {IsOpen}", buyer, stop);
    }

    /// <summary>Stores the new order; false when the buyer's key has one already, or the buyer is erased. Asked, and
    /// not left to the commit: a retry is no error, neither here nor in the database's log.</summary>
    public async Task<bool> TryAddAsync(Order order, OrderTerms terms, Placement placement, CancellationToken stop)
    {
        var added = await work.ExecuteAsync(
            """
            insert into orders (id, buyer, idempotency_key, request_hash, state, stock_committed, lines, total_minor,
                currency, payment_method, reference, placed_at, version, delivery, delivery_minor, taxes)
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
            where not exists (select 1 from erased_buyers where buyer = $2)
            on conflict (buyer, idempotency_key) do nothing
            """,
            [
                order.Id, order.Buyer, placement.IdempotencyKey, placement.RequestHash, order.State.ToString(),
                order.StockCommitted, OrderViews.LinesText(terms.Basket.Lines), order.TotalMinor, order.Currency,
                order.PaymentMethod, placement.Reference, order.PlacedAt, order.Version, terms.Delivery?.Option,
                terms.DeliveryMinor, OrderViews.TaxesText(terms.Taxes),
            ],
            stop);
        if (added == 0) return false;
        Append(order.Id, order.FirstEntry with { Actor = placement.Actor });
        foreach (var line in terms.Basket.Lines)
            work.EnqueueInsert("insert into order_products (sku, order_id) values ($1, $2)", line.Sku, order.Id);
        if (placement.Address is { } to) AddAddress(order.Id, to);
        return true;
    }

    public void Save(Order order, HistoryEntry entry)
    {
        work.EnqueueOne(
            """
            update orders set state = $2, cancel_reason = $3, stock_committed = $4, confirmed_at = $5, version = $6
            where id = $1
            """,
            order.Id, order.State.ToString(), order.CancelReason,
            order.StockCommitted, order.ConfirmedAt, order.Version);
        Append(order.Id, entry);
    }

    /// <summary>What the operator who cancelled it says to the buyer.</summary>
    public void Explain(Guid order, string words) =>
        work.EnqueueOne("update orders set cancel_words = $2 where id = $1", order, words);

    /// <summary>The operators' own; null removes it.</summary>
    public void Annotate(Guid order, string? note) =>
        work.EnqueueOne("update orders set note = $2 where id = $1", order, note);

    /// <summary>From the commit on nothing is placed for the buyer, but by requests that were under way.</summary>
    public void RefuseFromNowOn(Guid buyer) =>
        work.Enqueue("insert into erased_buyers (buyer) values ($1) on conflict do nothing", buyer);

    /// <summary>Clears what may say anything about a person: the address, the buyer's own mark, what operators wrote,
    /// what stands for the card, and the hash of a request that said all this. Open orders are cancelled in the same
    /// transaction, so no payment is asked for with it any more.</summary>
    public void Forget(Guid buyer)
    {
        work.Enqueue("delete from order_addresses where order_id in (select id from orders where buyer = $1)", buyer);
        work.Enqueue(
            $"""
            update orders set reference = null, payment_method = '', request_hash = '', cancel_words = null,
                note = null
            where buyer = $1 and {SaysMore}
            """,
            buyer);
    }

    private void AddAddress(Guid order, DeliveryAddress to) => work.EnqueueInsert(
        """
        insert into order_addresses (order_id, name, line1, line2, city, postal_code, country)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        order, to.Name, to.Line1, to.Line2, to.City, to.PostalCode, to.Country);

    private void Append(Guid order, HistoryEntry entry)
    {
        // Where it happened: the commit is that of a batch, with a trace of its own.
        var cause = Activity.Current;
        work.EnqueueInsert(
            """
            insert into order_history (order_id, version, at, state, because, actor, trace_id)
            values ($1, $2, $3, $4, $5, $6, $7)
            """,
            order, entry.Version, entry.At, entry.State.ToString(), entry.Because, entry.Actor,
            cause?.TraceId.ToHexString());
        work.AfterCommit(() =>
        {
            changes.Tell(order);
            ChangeLog.Write(logger, order, entry, cause);
        });
    }

    private async Task LoadExpectedAsync(CancellationToken stop)
    {
        _expected.ExceptWith(_loaded.Keys);
        if (_expected.Count > 0) await LoadAsync($"where {database.In("id", 1)}", database.List(_expected), stop);
        _expected.Clear();
    }

    private async Task<List<Order>> LoadAsync(string where, object parameter, CancellationToken stop)
    {
        var read = await work.QueryAsync(
            $"select {Columns} from orders {where} order by id{database.ForUpdate()}", [parameter], Read, stop);
        // An order that this transaction has read already may have been changed by it since; its copy counts.
        return read.ConvertAll(order => _loaded.TryAdd(order.Id, order) ? order : _loaded[order.Id]);
    }

    private static Order Read(StoreReader row) => new()
    {
        Id = row.GetGuid(0),
        Buyer = row.GetGuid(1),
        State = Enum.Parse<OrderState>(row.GetString(2)),
        CancelReason = row.GetStringOrNull(3),
        StockCommitted = row.GetBoolean(4),
        TotalMinor = row.GetInt64(5),
        Currency = row.GetString(6),
        PaymentMethod = row.GetString(7),
        PlacedAt = row.GetTime(8),
        ConfirmedAt = row.GetTimeOrNull(9),
        Version = row.GetInt32(10),
    };
}

/// <summary>What a buyer's request says beside the lines.</summary>
internal sealed record Placement(
    string IdempotencyKey, string RequestHash, string? Reference, Guid? Actor = null, DeliveryAddress? Address = null);
