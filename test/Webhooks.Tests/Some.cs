using Tessera.Messaging;
using Tessera.Orders.Contracts;

namespace Tessera.Webhooks.Tests;

internal static class Some
{
    public static readonly Guid Buyer = Guid.Parse("01939d3e-2222-7000-8000-000000000002");

    public static Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.NewGuid())];

    public static OrderPlaced Placed(Guid order) => new(
        order, Buyer, [new OrderedLine("LAMP", 2, 250)], 600, "GBP",
        new DateTimeOffset(2026, 3, 1, 11, 0, 0, TimeSpan.Zero), 100);

    public static EventEnvelope Heard(Guid key, Guid? id = null) => new()
    {
        Id = id ?? Guid.NewGuid(), Stream = "orders", Key = key.ToString(), Type = "any", Source = "/tessera/orders",
        Time = new DateTimeOffset(2026, 3, 1, 11, 0, 0, TimeSpan.Zero), Data = default,
    };
}
