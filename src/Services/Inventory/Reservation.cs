namespace Tessera.Inventory;

/// <summary>What one order holds of the stock: all of its lines, or nothing.</summary>
internal sealed class Reservation(Guid order, ReservationState state, IReadOnlyList<ReservedLine> lines)
{
    public Guid Order { get; } = order;
    public ReservationState State { get; private set; } = state;
    public IReadOnlyList<ReservedLine> Lines { get; private set; } = lines;
    public DateTimeOffset? ExpiresAt { get; private set; }

    public static Reservation None(Guid order) => new(order, ReservationState.None, []);

    /// <summary>Holds all lines, or none. Returns the short ones.</summary>
    public IReadOnlyList<Shortage> HoldOrRefuse(
        IReadOnlyList<ReservedLine> lines, IReadOnlyDictionary<string, StockLevel> stock, DateTimeOffset expiresAt)
    {
        var shortages = lines
            .Where(line => !(stock.TryGetValue(line.Sku, out var level) && level.Has(line.Quantity)))
            .Select(line => new Shortage(line.Sku, line.Quantity, stock.GetValueOrDefault(line.Sku)?.OnHand ?? 0))
            .ToArray();
        Lines = lines;
        State = shortages.Length == 0 ? ReservationState.Held : ReservationState.Refused;
        if (State == ReservationState.Refused) return shortages;
        ExpiresAt = expiresAt;
        foreach (var line in lines) stock[line.Sku].Hold(line.Quantity);
        return shortages;
    }

    public void Commit(IReadOnlyDictionary<string, StockLevel> stock)
    {
        foreach (var line in Lines) stock[line.Sku].Commit(line.Quantity);
        State = ReservationState.Committed;
    }

    public void Release(IReadOnlyDictionary<string, StockLevel> stock)
    {
        foreach (var line in Lines) stock[line.Sku].Release(line.Quantity);
        State = ReservationState.Released;
    }

    public void Uncommit(IReadOnlyDictionary<string, StockLevel> stock)
    {
        foreach (var line in Lines) stock[line.Sku].Uncommit(line.Quantity);
        State = ReservationState.Released;
    }

    public void Bury() => State = ReservationState.Cancelled;
}

/// <summary>Lines of one order name each product once.</summary>
internal sealed record ReservedLine(string Sku, int Quantity);

internal sealed record Shortage(string Sku, int Wanted, long Available);
