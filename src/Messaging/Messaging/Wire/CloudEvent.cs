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

    /// <summary>Foreign events may lack a partition key; then the broker message's own key is as good, else order
    /// is kept per subject, or not at all.</summary>
    public static string KeyOf(string? partitionKey, string? subject, string id) =>
        !string.IsNullOrEmpty(partitionKey) ? partitionKey : !string.IsNullOrEmpty(subject) ? subject : id;

    private static FormatException Missing(string attribute) =>
        new($"the required CloudEvents attribute '{attribute}' is missing.");
}
