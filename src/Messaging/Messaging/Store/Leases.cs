namespace Tessera.Messaging.Store;

/// <summary>
/// One turn of the lease protocol: the member renews its heartbeat and its leases, gives back what exceeds its fair
/// share, and takes free or expired ones up to it. Fair share = ceil(slots / live members of the group).
/// </summary>
/// <param name="Group">What is shared out, such as <c>relay</c> or <c>orders/inventory</c>.</param>
/// <param name="Member">This process, unique for its lifetime.</param>
/// <param name="Slots">Number of leases in the group, named 0 … Slots − 1.</param>
/// <param name="Duration">How long a lease holds without renewal, by the database's clock. An expiry further ahead
/// than this has passed: it was written before that clock was set back. So all members of a group ask with the same
/// one.</param>
/// <param name="Busy">Slots the member cannot give back now although it should.</param>
/// <param name="Leave">Give all back and forget the member.</param>
public sealed record LeaseRequest(
    string Group, string Member, int Slots, TimeSpan Duration, IReadOnlyCollection<int> Busy, bool Leave = false);

/// <param name="Leases">What the member holds now. The token rises with each change of owner: a fencing token.</param>
/// <param name="Members">Live members of the group, this one included.</param>
public sealed record LeaseGrant(IReadOnlyList<Lease> Leases, int Members);

public sealed record Lease(int Slot, long Token);
