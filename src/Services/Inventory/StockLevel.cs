namespace Tessera.Inventory;

/// <summary>The stock of one product. Each unit received is on hand, held for an order, or committed to one.</summary>
internal sealed class StockLevel(string sku, long onHand, long held, long committed, long received)
{
    public string Sku { get; } = sku;
    public long OnHand { get; private set; } = onHand;
    public long Held { get; private set; } = held;
    public long Committed { get; private set; } = committed;
    public long Received { get; } = received;

    public bool Has(long quantity) => OnHand >= quantity;

    public void Hold(long quantity)
    {
        Take(OnHand, quantity, "on hand");
        OnHand -= quantity;
        Held += quantity;
    }

    public void Release(long quantity)
    {
        Take(Held, quantity, "held");
        Held -= quantity;
        OnHand += quantity;
    }

    public void Commit(long quantity)
    {
        Take(Held, quantity, "held");
        Held -= quantity;
        Committed += quantity;
    }

    public void Uncommit(long quantity)
    {
        Take(Committed, quantity, "committed");
        Committed -= quantity;
        OnHand += quantity;
    }

    private void Take(long there, long quantity, string where)
    {
        if (quantity > 0 && there >= quantity) return;
        throw new InvalidOperationException($"Of '{Sku}' {there} are {where}; {quantity} cannot be taken from that.");
    }
}
