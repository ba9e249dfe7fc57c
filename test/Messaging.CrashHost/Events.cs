namespace Tessera.Messaging.CrashHost;

internal sealed record OrderPlaced(Guid Run, string Key, int Number, string? Padding = null)
{
    public const string EventType = "orders.order-placed.v1";
}

internal sealed record OrderSeen(Guid Run, string Key, int Number)
{
    public const string EventType = "stock.order-seen.v1";
}

internal sealed record Overdue(int Number)
{
    public const string TimerType = "Overdue";
}
