namespace Tessera.Inventory;

internal enum ReservationInput
{
    OrderPlaced,
    OrderConfirmed,
    OrderCancelled,
    Expired,
}
