using System.Globalization;
using System.Text.RegularExpressions;

namespace Tessera.Stories;

/// <summary>A line of a log with what it says of itself. A line without a time, such as the second of a stack trace,
/// belongs to the one before it.</summary>
public sealed partial record LogLine(string Process, DateTimeOffset Time, string Text)
{
    /// <summary>Of the services' text and JSON lines; null when the line belongs to no trace.</summary>
    public string? Trace => TraceOf().Match(Text) is { Success: true } found ? found.Groups[1].Value : null;

    public bool Mentions(string words) => Text.Contains(words, StringComparison.OrdinalIgnoreCase);

    /// <summary>Services write RFC 3339, some servers with a blank between day and time, all in UTC.</summary>
    public static DateTimeOffset? TimeOf(string text) =>
        Stamp().Match(text) is { Success: true } found && DateTimeOffset.TryParse(
            $"{found.Groups[1].Value}T{found.Groups[2].Value}Z", CultureInfo.InvariantCulture,
            DateTimeStyles.None, out var time)
            ? time
            : null;

    [GeneratedRegex("""^(?:\{"time":")?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d\.\d{1,7})""")]
    private static partial Regex Stamp();

    [GeneratedRegex("""(?: trace=|"trace":")([0-9a-f]{32})""")]
    private static partial Regex TraceOf();
}
