using System.Diagnostics.Metrics;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>What becomes of orders, counted when it is committed.</summary>
internal static class OrderMetrics
{
    private static readonly Meter Meter = new("Tessera.Orders");

    private static readonly Counter<long> EnteredOrders = Meter.CreateCounter<long>(
        "tessera.orders.entered", "{order}", "Orders that entered a state.");

    private static readonly Counter<long> CancelledOrders = Meter.CreateCounter<long>(
        "tessera.orders.cancelled", "{order}", "Orders that were cancelled, and why.");

    private static readonly Counter<long> RefusedOrders = Meter.CreateCounter<long>(
        "tessera.orders.refused", "{order}", "Orders that were not taken, and why.");

    private static readonly Histogram<double> Confirmation = Meter.CreateHistogram<double>(
        "tessera.orders.confirmation.duration", "s", "From an order's placing to its confirmation.", tags: null,
        new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800],
        });

    private static readonly string[] cancelReasons =
    [
        CancelReasons.OutOfStock, CancelReasons.PaymentDeclined, CancelReasons.Buyer, CancelReasons.Operator,
        CancelReasons.StockTimeout, CancelReasons.PaymentTimeout, CancelReasons.ReservationExpired,
        CancelReasons.UserErased, CancelReasons.PaymentRefunded,
    ];

    /// <summary>All that will be counted, as zero: a series that begins with its first order shows whoever collects it
    /// no rise.</summary>
    public static void Begin()
    {
        foreach (var state in Enum.GetValues<OrderState>()) EnteredOrders.Add(0, State(state));
        foreach (var reason in cancelReasons) CancelledOrders.Add(0, Reason(reason));
        foreach (var reason in RefusalReasons.All) RefusedOrders.Add(0, Reason(reason));
    }

    public static void Entered(OrderState state, string? cancelReason, TimeSpan sincePlaced)
    {
        EnteredOrders.Add(1, State(state));
        if (state == OrderState.Confirmed) Confirmation.Record(Math.Max(0, sincePlaced.TotalSeconds));
        if (state == OrderState.Cancelled) CancelledOrders.Add(1, Reason(cancelReason ?? "unknown"));
    }

    /// <param name="reason">One of <see cref="RefusalReasons"/>.</param>
    public static void Refused(string reason) => RefusedOrders.Add(1, Reason(reason));

    private static KeyValuePair<string, object?> State(OrderState state) => new("tessera.order.state", NameOf(state));

    private static KeyValuePair<string, object?> Reason(string reason) => new("tessera.order.reason", reason);

    private static string NameOf(OrderState state) => state switch
    {
        OrderState.Placed => "placed",
        OrderState.StockReserved => "stock-reserved",
        OrderState.Confirmed => "confirmed",
        OrderState.Shipped => "shipped",
        OrderState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "There is no such state."),
    };
}

/// <summary>Why an order is not taken, for those who count. Buyers are told in words.</summary>
internal static class RefusalReasons
{
    public const string NotForSale = "not-for-sale";
    public const string Terms = "terms";
    public const string PriceChanged = "price-changed";
    public const string CatalogAway = "catalog-away";

    public static IReadOnlyList<string> All { get; } = [NotForSale, Terms, PriceChanged, CatalogAway];

    public static string Of(PricingResult result) => result switch
    {
        PricingResult.NotForSale => NotForSale,
        PricingResult.Refused => Terms,
        PricingResult.Priced => PriceChanged,
        _ => CatalogAway,
    };
}
