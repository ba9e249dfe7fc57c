namespace Tessera.MessagingDefaults;

/// <summary>Who reads whose stream in this system. A broker that keeps queues must know it before the first event,
/// when not every reader has run yet; a test holds it against what the services really handle.</summary>
public static class KnownSubscribers
{
    private static readonly Dictionary<string, string[]> ByStream = new(StringComparer.Ordinal)
    {
        ["users"] = ["orders", "payments"],
        ["catalog"] = ["orders", "inventory"],
        ["inventory"] = ["orders"],
        ["orders"] = ["inventory", "payments"],
        ["payments"] = ["orders"],
    };

    public static IReadOnlyList<string> Of(string stream) => ByStream.GetValueOrDefault(stream, []);
}
