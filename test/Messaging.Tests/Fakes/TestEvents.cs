namespace Tessera.Messaging.Tests.Fakes;

internal sealed record OrderPlaced(string Order, int Number)
{
    public const string EventType = "orders.order-placed.v1";
}

internal sealed record OrderSeen(string Order, int Number)
{
    public const string EventType = "stock.order-seen.v1";
}

internal sealed record Overdue(string Order)
{
    public const string TimerType = "stock-overdue";
}
