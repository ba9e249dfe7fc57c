using System.Text.Json;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Inventory;

/// <summary>The reservations and stock rows of one transaction, locked from their first read until
/// the commit.</summary>
/// <remarks>
/// What the messages of a batch will need is announced before the first of them is handled, and read in two round
/// trips: reservations in the order of their ids, then stock in the order of its skus. All transactions lock in that
/// order, so they wait for each other instead of deadlocking.
/// </remarks>
internal sealed class StockStore(UnitOfWork work, IDatabase database, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly HashSet<Guid> _expectedOrders = [];
    private readonly HashSet<string> _expectedSkus = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Reservation> _reservations = [];
    private readonly Dictionary<string, StockLevel> _levels = new(StringComparer.Ordinal);
    private readonly HashSet<string> _missingSkus = new(StringComparer.Ordinal);
    private readonly HashSet<Guid> _storedOrders = [];
    private readonly SortedSet<string> _addedSkus = new(StringComparer.Ordinal);

    /// <summary>Stock rows read so far, by sku. A product that has none was never received.</summary>
    public IReadOnlyDictionary<string, StockLevel> Levels => _levels;

    public void Expect(Guid order) => _expectedOrders.Add(order);

    public void Expect(string sku) => _expectedSkus.Add(sku);

    /// <summary>The order's reservation, with the stock rows of its lines among <see cref="Levels"/>.</summary>
    public async Task<Reservation> GetAsync(Guid order, CancellationToken stop)
    {
        _expectedOrders.Add(order);
        await LoadAsync(stop);
        return _reservations[order];
    }

    /// <summary>Reads and locks what was announced and is not there yet.</summary>
    public async Task LoadAsync(CancellationToken stop)
    {
        _expectedOrders.ExceptWith(_reservations.Keys);
        if (_expectedOrders.Count > 0) await LoadReservationsAsync(stop);
        _expectedSkus.ExceptWith(_levels.Keys);
        _expectedSkus.ExceptWith(_missingSkus);
        if (_expectedSkus.Count > 0) await LoadLevelsAsync(stop);
    }

    /// <summary>Queues the reservation and the stock rows of its lines as they now are.</summary>
    /// <param name="because">What an operator reads of the cause; null where the state says it all.</param>
    public void Save(Reservation reservation, bool stockChanged, string? because = null)
    {
        if (stockChanged)
        {
            foreach (var line in reservation.Lines) Save(_levels[line.Sku]);
        }
        if (_storedOrders.Add(reservation.Order))
        {
            work.EnqueueInsert(
                """
                insert into reservations (order_id, state, lines, expires_at, changed_at, reserved_at, because)
                values ($1, $2, $3, $4, $5, $6, $7)
                """,
                reservation.Order, reservation.State.ToString(), JsonSerializer.Serialize(reservation.Lines, Json),
                reservation.ExpiresAt, clock.GetUtcNow(), clock.GetUtcNow(), because);
            return;
        }
        work.EnqueueOne(
            """
            update reservations set state = $2, changed_at = $3, because = $4,
                committed_at = case when $2 = 'Committed' then $3 else committed_at end
            where order_id = $1
            """,
            reservation.Order, reservation.State.ToString(), clock.GetUtcNow(), because);
    }

    /// <summary>A product that is to have a stock row.</summary>
    public void Add(string sku) => _addedSkus.Add(sku);

    /// <summary>Queues the empty rows, in the order in which all lock stock.</summary>
    public void SaveAdded()
    {
        foreach (var sku in _addedSkus)
        {
            work.Enqueue(
                """
                insert into stock (sku, on_hand, held, committed, received) values ($1, 0, 0, 0, 0)
                on conflict (sku) do nothing
                """,
                sku);
        }
        _addedSkus.Clear();
    }

    private void Save(StockLevel level) => work.EnqueueOne(
        "update stock set on_hand = $2, held = $3, committed = $4 where sku = $1",
        level.Sku, level.OnHand, level.Held, level.Committed);

    private async Task LoadReservationsAsync(CancellationToken stop)
    {
        var read = await work.QueryAsync(
            $"""
            select order_id, state, lines from reservations where {database.In("order_id", 1)}
            order by order_id{database.ForUpdate()}
            """,
            [database.List(_expectedOrders)],
            row => new Reservation(
                row.GetGuid(0), Enum.Parse<ReservationState>(row.GetString(1)), Lines(row.GetString(2))),
            stop);
        foreach (var reservation in read)
        {
            _reservations.Add(reservation.Order, reservation);
            _storedOrders.Add(reservation.Order);
            // Of a reservation that is over, no stock will move any more.
            if (reservation.State is not (ReservationState.Held or ReservationState.Committed)) continue;
            foreach (var line in reservation.Lines) _expectedSkus.Add(line.Sku);
        }
        foreach (var order in _expectedOrders) _reservations.TryAdd(order, Reservation.None(order));
        _expectedOrders.Clear();
    }

    private async Task LoadLevelsAsync(CancellationToken stop)
    {
        var read = await work.QueryAsync(
            $"""
            select sku, on_hand, held, committed, received from stock where {database.In("sku", 1)}
            order by sku{database.ForUpdate()}
            """,
            [database.List(_expectedSkus)],
            row => new StockLevel(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            stop);
        foreach (var level in read) _levels.Add(level.Sku, level);
        _missingSkus.UnionWith(_expectedSkus.Where(sku => !_levels.ContainsKey(sku)));
        _expectedSkus.Clear();
    }

    private static ReservedLine[] Lines(string text) => JsonSerializer.Deserialize<ReservedLine[]>(text, Json) ?? [];
}
