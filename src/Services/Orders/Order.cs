namespace Tessera.Orders;

/// <summary>One order and the rules of its life. What it does about an input stands
/// in <see cref="OrderTransitions"/>.</summary>
internal sealed class Order
{
    public const string PlacedBecause = "OrderPlaced";

    public required Guid Id { get; init; }
    public required Guid Buyer { get; init; }
    public required long TotalMinor { get; init; }
    public required string Currency { get; init; }
    public required string PaymentMethod { get; init; }
    public required DateTimeOffset PlacedAt { get; init; }
    public required OrderState State { get; set; }
    public string? CancelReason { get; set; }

    /// <summary>Inventory said that the stock has left the shelf.</summary>
    public bool StockCommitted { get; set; }

    public DateTimeOffset? ConfirmedAt { get; set; }

    /// <summary>Rises with each entry of the history.</summary>
    public int Version { get; set; } = 1;

    public static Order Place(Guid id, Guid buyer, OrderTerms terms, string paymentMethod, DateTimeOffset now) => new()
    {
        Id = id,
        Buyer = buyer,
        TotalMinor = terms.TotalMinor,
        Currency = terms.Currency,
        PaymentMethod = paymentMethod,
        PlacedAt = now,
        State = OrderState.Placed,
    };

    public HistoryEntry FirstEntry => new(1, PlacedAt, OrderState.Placed, PlacedBecause);

    public OrderOutcome Apply(OrderInput input, DateTimeOffset now)
    {
        switch (OrderTransitions.Decide(State, input))
        {
            case OrderDecision.Become become:
                return Enter(become.State, become.CancelReason, input, now);
            case OrderDecision.ShipOnceCommitted when !StockCommitted:
                return new OrderOutcome.Refused(
                    "The stock of the order has not left the shelf yet. Try again shortly.");
            case OrderDecision.ShipOnceCommitted:
                return Enter(OrderState.Shipped, null, input, now);
            case OrderDecision.MarkCommitted when StockCommitted:
                return new OrderOutcome.Ignored();
            case OrderDecision.MarkCommitted:
                StockCommitted = true;
                return new OrderOutcome.Noted(NextEntry(input, now));
            case OrderDecision.Note:
                return new OrderOutcome.Noted(NextEntry(input, now));
            case OrderDecision.Refuse refuse:
                return new OrderOutcome.Refused(refuse.Why);
            default:
                return new OrderOutcome.Ignored();
        }
    }

    /// <summary>Money that is not what we asked for must not confirm an order.</summary>
    public void CheckCapture(long amountMinor, string currency)
    {
        if (amountMinor == TotalMinor && currency == Currency) return;
        throw new InvalidOperationException(
            $"Order {Id} asked for {TotalMinor} {Currency} (minor units), but {amountMinor} {currency} was captured.");
    }

    private OrderOutcome.Changed Enter(OrderState state, string? cancelReason, OrderInput input, DateTimeOffset now)
    {
        State = state;
        CancelReason = cancelReason;
        if (state == OrderState.Confirmed) ConfirmedAt = now;
        return new OrderOutcome.Changed(NextEntry(input, now));
    }

    private HistoryEntry NextEntry(OrderInput input, DateTimeOffset now) =>
        new(++Version, now, State, input.ToString());
}
