using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>One order with all that its views show but its history. The operators' note stands apart: whoever shows it
/// must say so.</summary>
internal sealed record OrderRow(Guid Buyer, OrderView View, string? Note)
{
    /// <summary>How many columns there are; a query may ask for more behind them.</summary>
    public const int Width = 21;

    public const string Columns =
        "o.id, o.buyer, o.state, o.cancel_reason, o.lines, o.total_minor, o.currency, o.reference, o.placed_at, "
        + "o.confirmed_at, o.delivery, o.delivery_minor, o.taxes, o.cancel_words, a.name, a.line1, a.line2, a.city, "
        + "a.postal_code, a.country, o.note";

    public const string Source = "orders o left join order_addresses a on a.order_id = o.id";

    public static OrderRow Read(StoreReader row) => new(row.GetGuid(1), ToView(row), row.GetStringOrNull(20));

    private static OrderView ToView(StoreReader row) => new(
        row.GetGuid(0), row.GetString(2), row.GetStringOrNull(3), OrderViews.Lines(OrderViews.Lines(row.GetString(4))),
        row.GetInt64(5), row.GetString(6), row.GetStringOrNull(7), row.GetTime(8), row.GetTimeOrNull(9), [],
        row.GetStringOrNull(10) is { } option ? new AgreedDelivery(option, row.GetInt64(11)) : null,
        row.IsNull(14) ? null : new DeliveryAddress(
            row.GetString(14), row.GetString(15), row.GetStringOrNull(16), row.GetString(17), row.GetString(18),
            row.GetString(19)),
        OrderViews.Taxes(row.GetStringOrNull(12)), row.GetStringOrNull(13));
}
