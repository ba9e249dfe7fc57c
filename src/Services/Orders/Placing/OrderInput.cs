namespace Tessera.Orders;

/// <summary>All that can happen to an order after it was placed.</summary>
internal enum OrderInput
{
    StockReserved,
    StockRefused,
    StockReleased,
    StockCommitted,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    BuyerCancels,
    OperatorCancels,
    UserErased,
    StockOverdue,
    PaymentOverdue,
    Ship,
}
