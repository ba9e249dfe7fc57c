namespace Tessera.Messaging.Hosting;

/// <summary>The steps between which a crash must do no harm. Tests stop the library at each of them.</summary>
internal enum Checkpoint
{
    RelayRead,
    RelaySent,
    RelaySettled,
    RelayHeld,
    LeaseBeforeRenewal,
    LeaseRenewed,
    ConsumeReceived,
    ConsumeBegun,
    ConsumeAdmitted,
    ConsumeHandled,
    ConsumeBeforeCommit,
    ConsumeCommitted,
    ConsumeBeforeSettle,
    ParkDecided,
    ParkCommitted,
    TimersTaken,
    TimersCommitted,
    ReplayTaken,
    ReplayCommitted,
    ReplayEnded,
    RetentionTrimmed,
}

/// <summary>Where tests stop the library between two steps. Costs one null check in production.</summary>
internal sealed class Checkpoints
{
    /// <summary>Called at each step; throwing or ending the process there is the crash.</summary>
    public Action<Checkpoint>? Reached { get; set; }

    public void Pass(Checkpoint step) => Reached?.Invoke(step);
}
