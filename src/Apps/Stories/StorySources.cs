using Tessera.Inventory.Contracts;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;

namespace Tessera.Stories;

/// <summary>How the services are asked: through the gateway, as an operator.</summary>
public interface IAskServices
{
    /// <summary>Never throws because a service is away.</summary>
    Task<Told<T>> GetAsync<T>(string path, CancellationToken stop)
        where T : class;
}

/// <summary>What a service said: the thing, that it knows of none, or nothing, and then why.</summary>
public sealed record Told<T>(T? Value, string? Fault = null)
    where T : class
{
    public bool IsSilent => Fault is not null;
}

/// <summary>What each service says of one order.</summary>
public sealed record StorySources(
    Guid Id, Told<OrderHistoryView> Order, Told<ReservationHistoryView> Stock, Told<PaymentHistoryView> Payment,
    IReadOnlyDictionary<string, Told<KeyWaiting>> Waiting)
{
    /// <summary>Who tells partners of an order, and by that is no part of what becomes of it.</summary>
    public const string Teller = "webhooks";

    /// <summary>Where something can wait under an order's key. Notifications reads of orders too, and offers no look at
    /// a key; what is parked there is on the pages of what is parked.</summary>
    public static IReadOnlyList<string> Services { get; } = ["orders", "inventory", "payments", Teller];

    /// <summary>Asks all of them at once.</summary>
    public static async Task<StorySources> ReadAsync(IAskServices services, Guid order, CancellationToken stop)
    {
        var history = services.GetAsync<OrderHistoryView>($"/orders/{order}/history", stop);
        var stock = services.GetAsync<ReservationHistoryView>($"/stock/orders/{order}/history", stop);
        var payment = services.GetAsync<PaymentHistoryView>($"/payments/orders/{order}/history", stop);
        var waiting = Services.ToDictionary(service => service, service =>
            services.GetAsync<KeyWaiting>($"/services/{service}/messaging/keys/{order}", stop));
        var told = new Dictionary<string, Told<KeyWaiting>>(StringComparer.Ordinal);
        foreach (var (service, asked) in waiting) told[service] = await asked;
        return new StorySources(order, await history, await stock, await payment, told);
    }
}

/// <summary>GET /messaging/keys/{key} of a service, as far as the story needs it.</summary>
public sealed record KeyWaiting(
    IReadOnlyList<WaitingEvent> Outbox, bool IsOutboxWhole, HeldKey? Held, IReadOnlyList<WaitingTimer> Timers,
    IReadOnlyList<WaitingParked> Parked);

public sealed record WaitingEvent(Guid EventId, string Type, DateTimeOffset Time, string? TraceParent);

public sealed record HeldKey(Guid EventId, string Reason, int Attempts, DateTimeOffset RetryAt);

public sealed record WaitingTimer(string Type, DateTimeOffset Due, string? TraceParent = null);

public sealed record WaitingParked(
    string Stream, long Position, Guid EventId, string Type, DateTimeOffset Time, DateTimeOffset ParkedAt,
    int Attempts, string Reason, string? TraceParent, DateTimeOffset? ReplayAt);
