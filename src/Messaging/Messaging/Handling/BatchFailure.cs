namespace Tessera.Messaging.Handling;

/// <summary>Why a batch was rolled back, and what it can be blamed on.</summary>
/// <param name="Cause">What was thrown.</param>
/// <param name="IsTransient">It says nothing against any message: try the same again later.</param>
/// <param name="Suspect">The first message whose handler threw; null when the failure came from all together, such as
/// at the commit.</param>
/// <param name="SuspectCount">How many messages from there on were with that handler.</param>
/// <param name="IsFinal">Trying again cannot help: the message cannot be read.</param>
internal sealed record BatchFailure(
    Exception Cause, bool IsTransient, BatchItem? Suspect, int SuspectCount, bool IsFinal)
{
    public string Reason => Storable(Cause is MissingHandlerException
        ? Cause.Message
        : IsFinal
            ? "The data could not be read: " + Cause.Message
            : $"{Cause.GetType().Name}: {Cause.Message}")!;

    /// <summary>A reason may quote what was received, and PostgreSQL stores no NUL: the parking itself
    /// would fail for ever.</summary>
    public static string? Storable(string? reason) => reason?.Replace('\0', '\uFFFD');
}
