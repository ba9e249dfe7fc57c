using System.Text.RegularExpressions;

namespace Tessera.Repo.Tests;

/// <summary>A service says of each event of a stream that it reads whether it handles it or has no use for it. One that
/// is forgotten would be parked where unknown events are, with all that follows of its key.</summary>
internal static partial class EventRules
{
    /// <param name="service">Where the fault is told.</param>
    /// <param name="code">All of the service's code.</param>
    /// <param name="contracts">The code of the contracts of a stream that it reads.</param>
    public static IEnumerable<string> Violations(string service, string code, string contracts)
    {
        var said = Said().Matches(code).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        return EventsOf(contracts).Where(name => !said.Contains(name)).Select(name =>
            $"{service} reads the stream of {name}: add a handler for it, or Ignores<{name}>().");
    }

    public static IEnumerable<string> EventsOf(string contracts) =>
        Event().Matches(contracts).Select(match => match.Groups[1].Value);

    /// <summary>A handler may also take its event by a base of its own: then its method says which.</summary>
    [GeneratedRegex(@"\b(?:(?:IHandle|IHandleBatch|Ignores)<|override (?:async )?Task HandleAsync\()(\w+)\b")]
    private static partial Regex Said();

    [GeneratedRegex(@"record (\w+)\([^{};]*\{\s*public const string EventType\b")]
    private static partial Regex Event();
}
