using System.Text.Json.Nodes;

namespace Tessera.Releasing.Comparing;

/// <summary>The events of a service, now and in a release.</summary>
internal static class CompareEvents
{
    /// <summary>What brokers and readers are set up by.</summary>
    private static readonly (string Member, string Rule, string Sentence)[] _fixed =
    [
        ("x-stream", "stream-changed",
            "was in the stream {0} and is in {1}, where nobody listens for it; publish it under a new type"),
        ("x-source", "source-changed",
            "came from {0} and comes from {1}, so readers take what they had for new; keep the source"),
        ("x-key", "key-changed", "was ordered by {0} and is by {1}, so its order against others is lost; publish a "
            + "new version of the event beside this one"),
        ("x-partitions", "partitions-changed", "is spread over {1} partitions instead of {0}, so what has one key "
            + "lies in two; make a new stream of that many"),
        ("x-datacontenttype", "content-type-changed",
            "was {0} and is {1}, which its readers cannot read; publish a new version of the event beside this one"),
    ];

    /// <param name="mayGo">Whether a type that is gone was given up in order.</param>
    public static IEnumerable<Breach> Breaches(
        IReadOnlyDictionary<string, JsonObject> before, IReadOnlyDictionary<string, JsonObject> now,
        Func<string, bool> mayGo)
    {
        var breaches = new List<Breach>();
        foreach (var (type, then) in before)
        {
            if (!now.TryGetValue(type, out var after))
            {
                if (!mayGo(type))
                    breaches.Add(new Breach("event-removed", type,
                        "is published no more, and its readers wait for it; publish it beside its next version for at "
                        + "least one release, until no reader names it."));
                continue;
            }
            foreach (var (member, rule, sentence) in _fixed)
            {
                var (was, becomes) = (then[member]?.ToString() ?? "", after[member]?.ToString() ?? "");
                if (was != becomes)
                {
                    breaches.Add(new Breach(rule, type, string.Format(
                        System.Globalization.CultureInfo.InvariantCulture, sentence, was, becomes) + "."));
                }
            }
            new CompareShapes(Direction.Stored, breaches).Compare(type + " ", Shape.Of(then, then),
                Shape.Of(after, after));
        }
        return breaches;
    }
}
