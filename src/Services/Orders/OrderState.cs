namespace Tessera.Orders;

internal enum OrderState
{
    Placed,
    StockReserved,
    Confirmed,
    Shipped,
    Cancelled,
}
