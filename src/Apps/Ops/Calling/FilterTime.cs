using System.Globalization;

namespace Tessera.Ops.Calling;

/// <summary>A time in a filter, as a browser's field of date and time says it: UTC. One that cannot be read is kept as
/// it was typed and refused: left out, it would widen what is asked for to all times.</summary>
internal static class FilterTime
{
    /// <summary>Null where there is none, and where it cannot be read.</summary>
    public static DateTimeOffset? Of(string? text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out var time) ? time : null;

    /// <summary>To the last digit; what cannot be read stays as it is.</summary>
    public static string? Exact(string? text) => string.IsNullOrWhiteSpace(text)
        ? null
        : Of(text) is { } time ? Exact(time) : text.Trim();

    public static string Exact(DateTimeOffset time) => time.ToString("o", CultureInfo.InvariantCulture);

    /// <summary>What is wrong with these, in words; null when nothing is.</summary>
    public static string? Fault(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text is not null && Of(text) is null) return $"“{text}” is no time, as 2026-03-01T12:00 is.";
        }
        return null;
    }
}
