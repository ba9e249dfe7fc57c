namespace Tessera.Orders.Tests;

internal static class Some
{
    public static readonly DateTimeOffset Time = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static Basket Basket(int quantity = 2, long price = 250)
    {
        var line = new BasketLine("SKU-1", "A lantern", quantity, price);
        Assert.True(Orders.Basket.TryPrice([line], "GBP", out var basket, out _));
        return basket;
    }

    public static OrderTerms Terms() => new(Basket(), null, []);

    public static Order Order() => Orders.Order.Place(Guid.NewGuid(), Guid.NewGuid(), Terms(), "tok_ok", Time);

    /// <summary>An order as it comes into the state.</summary>
    public static Order Order(OrderState state)
    {
        var order = Order();
        OrderInput[] path = state switch
        {
            OrderState.Placed => [],
            OrderState.StockReserved => [OrderInput.StockReserved],
            OrderState.Confirmed => [OrderInput.StockReserved, OrderInput.PaymentCaptured],
            OrderState.Shipped =>
                [OrderInput.StockReserved, OrderInput.PaymentCaptured, OrderInput.StockCommitted, OrderInput.Ship],
            _ => [OrderInput.BuyerCancels],
        };
        foreach (var input in path) order.Apply(input, Time);
        Assert.Equal(state, order.State);
        return order;
    }
}
