using At = Tessera.Inventory.ReservationState;
using On = Tessera.Inventory.ReservationInput;

namespace Tessera.Inventory;

/// <summary>What happens to the stock of an order.</summary>
internal enum ReservationStep
{
    Ignore,

    /// <summary>Hold all lines, or refuse the order when one is short.</summary>
    HoldOrRefuse,
    Commit,
    Release,
    Uncommit,

    /// <summary>Remember that the order is cancelled, so that it holds nothing when it comes.</summary>
    Bury,

    /// <summary>It contradicts what the streams promise: fail loudly, so that an operator sees it parked.</summary>
    Fail,
}

/// <summary>Every input in every state of a reservation, decided.</summary>
internal static class ReservationTransitions
{
    /// <remarks>A confirmation that finds the reservation expired does nothing: Orders hears StockReleased
    /// and cancels.</remarks>
    public static ReservationStep Decide(ReservationState state, ReservationInput input) => (state, input) switch
    {
        (At.None, On.OrderPlaced) => ReservationStep.HoldOrRefuse,
        (At.None, On.OrderConfirmed) => ReservationStep.Fail,
        (At.None, On.OrderCancelled) => ReservationStep.Bury,
        (At.None, On.Expired) => ReservationStep.Ignore,

        (At.Held, On.OrderPlaced) => ReservationStep.Ignore,
        (At.Held, On.OrderConfirmed) => ReservationStep.Commit,
        (At.Held, On.OrderCancelled) => ReservationStep.Release,
        (At.Held, On.Expired) => ReservationStep.Release,

        (At.Committed, On.OrderPlaced) => ReservationStep.Ignore,
        (At.Committed, On.OrderConfirmed) => ReservationStep.Ignore,
        (At.Committed, On.OrderCancelled) => ReservationStep.Uncommit,
        (At.Committed, On.Expired) => ReservationStep.Ignore,

        (At.Released or At.Refused or At.Cancelled, _) => ReservationStep.Ignore,

        _ => throw new ArgumentOutOfRangeException(nameof(state), $"{state} and {input} are not decided."),
    };
}
