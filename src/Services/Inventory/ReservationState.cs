namespace Tessera.Inventory;

internal enum ReservationState
{
    /// <summary>Nothing was heard of the order yet.</summary>
    None,

    /// <summary>All lines are held until the reservation expires.</summary>
    Held,

    /// <summary>The order is confirmed; the stock has left the shelf.</summary>
    Committed,

    /// <summary>What was held or committed is on hand again.</summary>
    Released,

    /// <summary>A line was short; nothing was ever held.</summary>
    Refused,

    /// <summary>The cancellation came before the order: whatever comes now holds nothing.</summary>
    Cancelled,
}
