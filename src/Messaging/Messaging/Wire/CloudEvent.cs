namespace Tessera.Messaging.Wire;

/// <summary>What every event must have, whichever mode it came in.</summary>
internal static class CloudEvent
{
    public static void Check(string? version, string? id, string? source, string? type)
    {
        // A missing version is let pass: it is the one attribute that says nothing about the event.
        if (version is not null && !version.StartsWith("1.", StringComparison.Ordinal))
            throw new FormatException($"specversion '{version}' is not known; 1.0 is.");
        if (string.IsNullOrEmpty(id)) throw Missing("id");
        if (string.IsNullOrEmpty(source)) throw Missing("source");
        if (string.IsNullOrEmpty(type)) throw Missing("type");
    }

    /// <summary>What no database could store must not come as far as the inbox, where it would be tried
    /// for ever.</summary>
    public static EventEnvelope Storable(EventEnvelope read)
    {
        if (EventKey.FaultOf(read.Key) is { } fault) throw new FormatException(fault);
        Check("type", read.Type);
        Check("source", read.Source);
        Check("traceparent", read.TraceParent);
        Check("tracestate", read.TraceState);
        return read;
    }

    private static void Check(string attribute, string? value)
    {
        if (value?.Contains('\0', StringComparison.Ordinal) == true)
            throw new FormatException($"the attribute '{attribute}' contains a NUL character.");
    }

    /// <summary>Foreign events may lack a partition key; then the broker message's own key is as good, else order
    /// is kept per subject, or not at all.</summary>
    public static string KeyOf(string? partitionKey, string? subject, string id) =>
        !string.IsNullOrEmpty(partitionKey) ? partitionKey : !string.IsNullOrEmpty(subject) ? subject : id;

    private static FormatException Missing(string attribute) =>
        new($"the required CloudEvents attribute '{attribute}' is missing.");
}
