namespace Tessera.Stories;

/// <summary>What became of one order, over all services, and what it waits for now.</summary>
/// <param name="Moments">One line of time, the oldest first.</param>
/// <param name="Waits">What the order waits for, the most serious first; empty when it has come to its end.</param>
/// <param name="Silent">Services that did not answer: what they know is missing here.</param>
/// <param name="TraceId">The trace in which it was placed; of an older order, of which that was not kept, the
/// payment's.</param>
public sealed record OrderStory(
    Guid Id, string State, string? Reason, Guid Buyer, long TotalMinor, string Currency, string? Reference,
    string? Note, IReadOnlyList<StoryLine> Lines, IReadOnlyList<StoryMoment> Moments, IReadOnlyList<StoryWait> Waits,
    IReadOnlyList<string> Silent, string? TraceId)
{
    /// <summary>Whether somebody must do something.</summary>
    public bool IsStuck => Waits.Any(wait => wait.IsTrouble);
}

public sealed record StoryLine(string Sku, string? Name, int Quantity, long UnitPriceMinor);

/// <param name="Service">Whose database says so.</param>
/// <param name="Kind">What sort of thing it is; see <see cref="MomentKind"/>.</param>
/// <param name="Detail">Why, or how it went.</param>
/// <param name="Event">The event that was published with it, and whether it has been sent.</param>
/// <param name="Took">For what was heard of another service: how long the event was on its way.</param>
/// <param name="ClockAhead">For what stands before the event that caused it: by how much at least the clock of the
/// service that published it is ahead of this one's.</param>
/// <param name="TraceId">The trace in which it happened, where the service keeps it.</param>
public sealed record StoryMoment(
    DateTimeOffset At, string Service, string Kind, string What, string? Detail = null, StoryEvent? Event = null,
    bool IsTrouble = false, TimeSpan? Took = null, Guid? Actor = null,
    TimeSpan? ClockAhead = null, string? TraceId = null);

/// <param name="Status"><c>sent</c>, <c>waiting</c>, <c>held</c>, or <c>unknown</c> when the service or its outbox
/// could not be looked through.</param>
public sealed record StoryEvent(string Type, string Status);

/// <summary>One thing that the order waits for.</summary>
/// <param name="Until">When it ends by itself at the latest, or is tried again.</param>
/// <param name="Who">Who must act: <c>nobody</c>, for it goes on by itself, or <c>operator</c>.</param>
/// <param name="Act">What to do.</param>
public sealed record StoryWait(
    string Service, string What, DateTimeOffset? Since, DateTimeOffset? Until, string Who, string Act,
    bool IsTrouble);

public static class MomentKind
{
    public const string Order = "order";
    public const string Stock = "stock";
    public const string Payment = "payment";
    public const string Timer = "timer";
    public const string Parked = "parked";
}
