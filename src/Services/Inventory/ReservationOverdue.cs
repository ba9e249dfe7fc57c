namespace Tessera.Inventory;

/// <summary>Timer: the order was not confirmed in time.</summary>
internal sealed record ReservationOverdue(Guid Order)
{
    public const string TimerType = "ReservationOverdue";
}
