using static Tessera.Cli.Reconciling.DifferenceKind;

namespace Tessera.Cli.Reconciling;

/// <summary>Holds against each other what two services say of the same event.</summary>
internal static class CompareHistories
{
    private const string Orders = "orders";
    private const string Inventory = "inventory";
    private const string Payments = "payments";

    public static IReadOnlySet<Difference> Run(Histories histories)
    {
        var found = new HashSet<Difference>();
        foreach (var order in histories.Orders.Values)
        {
            var about = new AboutOrder(order.Id, found);
            OfStock(about, order, histories.Reservations.GetValueOrDefault(order.Id));
            OfMoney(about, order, histories.Payments.GetValueOrDefault(order.Id));
            foreach (var fact in order.Heard.GroupBy(fact => fact).Where(same => same.Count() > 1))
                about.Add(Twice, EventOf(fact.Key), Orders);
        }
        foreach (var reservation in histories.Reservations.Values.Where(each => each.State != "Cancelled"))
        {
            if (histories.Orders.ContainsKey(reservation.Order)) continue;
            var about = new AboutOrder(reservation.Order, found);
            about.Add(Forgotten, "orders.order-placed", Orders);
            about.AddIf(reservation.WasCommitted, Forgotten, "orders.order-confirmed", Orders);
            about.AddIf(reservation.HeardOfCancellation, Forgotten, "orders.order-cancelled", Orders);
        }
        foreach (var payment in histories.Payments.Values.Where(each => each.WasRequested))
        {
            if (!histories.Orders.ContainsKey(payment.Order))
                new AboutOrder(payment.Order, found).Add(Forgotten, "orders.payment-requested", Orders);
        }
        CompareCopies.Run(histories, found);
        return found;
    }

    private static void OfStock(AboutOrder about, OrderHistory order, ReservationHistory? reservation)
    {
        var isCancelled = order.State == "Cancelled";
        if (reservation is null)
        {
            about.Add(Missing, "orders.order-placed", Inventory);
            if (order.Entered.Contains("Confirmed")) about.Add(Missing, "orders.order-confirmed", Inventory);
            if (isCancelled) about.Add(Missing, "orders.order-cancelled", Inventory);
        }
        else
        {
            // An order that is cancelled heeds what Inventory says no more; one that is open waits for it.
            about.AddIf(
                order.State == "Placed" && reservation.WasReserved, Missing, "inventory.stock-reserved", Orders);
            about.AddIf(
                order.State == "Placed" && reservation.State == "Refused", Missing, "inventory.stock-refused", Orders);
            about.AddIf(
                !isCancelled && reservation.State == "Released" && !reservation.HeardOfCancellation,
                Missing, "inventory.stock-released", Orders);
            about.AddIf(
                order.State == "Confirmed" && reservation.State == "Committed" && !order.StockCommitted,
                Missing, "inventory.stock-committed", Orders);
            about.AddIf(
                order.State is "Confirmed" or "Shipped" && reservation.State == "Held",
                Missing, "orders.order-confirmed", Inventory);
            about.AddIf(
                isCancelled && reservation.State is "Held" or "Committed",
                Missing, "orders.order-cancelled", Inventory);
            about.AddIf(
                reservation.WasCommitted && !order.Entered.Contains("Confirmed"),
                Forgotten, "orders.order-confirmed", Orders);
            about.AddIf(
                reservation.HeardOfCancellation && !isCancelled, Forgotten, "orders.order-cancelled", Orders);
        }
        about.AddIf(
            order.Has("StockReserved") && reservation is not { WasReserved: true },
            Forgotten, "inventory.stock-reserved", Inventory);
        about.AddIf(
            order.Has("StockRefused") && reservation is not { State: "Refused" },
            Forgotten, "inventory.stock-refused", Inventory);
        about.AddIf(
            order.Has("StockReleased") && reservation is not { State: "Released" },
            Forgotten, "inventory.stock-released", Inventory);
        about.AddIf(
            order.StockCommitted && reservation is not { WasCommitted: true },
            Forgotten, "inventory.stock-committed", Inventory);
    }

    private static void OfMoney(AboutOrder about, OrderHistory order, PaymentHistory? payment)
    {
        var wasAsked = order.Entered.Contains("StockReserved");
        about.AddIf(wasAsked && payment is null, Missing, "orders.payment-requested", Payments);
        about.AddIf(
            order.State == "Cancelled"
                && payment is null or { State: "Requested" or "Captured" }
                    or { State: "Capturing", IsCancelled: false },
            Missing, "orders.order-cancelled", Payments);
        about.AddIf(
            payment is { WasRequested: true } && !wasAsked, Forgotten, "orders.payment-requested", Orders);
        about.AddIf(
            payment is { IsCancelled: true } && order.State != "Cancelled",
            Forgotten, "orders.order-cancelled", Orders);
        about.AddIf(
            payment is { CapturedMinor: > 0 } && !order.Has("PaymentCaptured"),
            Missing, "payments.payment-captured", Orders);
        about.AddIf(
            payment is { State: "Declined" } && order.IsOpen, Missing, "payments.payment-declined", Orders);
        about.AddIf(
            payment is { State: "Refunded" } && !order.Has("PaymentRefunded"),
            Missing, "payments.payment-refunded", Orders);
        about.AddIf(
            order.Has("PaymentCaptured") && payment is not { CapturedMinor: > 0 },
            Forgotten, "payments.payment-captured", Payments);
        about.AddIf(
            order.Has("PaymentDeclined") && payment is not { State: "Declined" },
            Forgotten, "payments.payment-declined", Payments);
        about.AddIf(
            order.Has("PaymentRefunded") && payment is not { RefundedMinor: > 0 },
            Forgotten, "payments.payment-refunded", Payments);
    }

    private static string EventOf(string fact) => fact switch
    {
        "StockReserved" => "inventory.stock-reserved",
        "StockRefused" => "inventory.stock-refused",
        "StockReleased" => "inventory.stock-released",
        "StockCommitted" => "inventory.stock-committed",
        "PaymentCaptured" => "payments.payment-captured",
        "PaymentDeclined" => "payments.payment-declined",
        "PaymentRefunded" => "payments.payment-refunded",
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact, "It tells of no event."),
    };

    private sealed record AboutOrder(Guid Order, HashSet<Difference> Found)
    {
        public void Add(DifferenceKind kind, string @event, string service) =>
            Found.Add(new Difference(kind, @event, $"order {Order}", service));

        public void AddIf(bool isSo, DifferenceKind kind, string @event, string service)
        {
            if (isSo) Add(kind, @event, service);
        }
    }
}
