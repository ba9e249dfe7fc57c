using System.Globalization;

namespace Tessera.Ops.Parts;

/// <summary>Times as operators read them: exact, in UTC, with how long ago.</summary>
internal static class Ages
{
    public static string Exact(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture) + "Z";

    public static string Clock(DateTimeOffset at) =>
        at.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    public static string Minute(DateTimeOffset at) =>
        at.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture);

    public static string Day(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary><c>3 min ago</c>, <c>in 20 s</c>.</summary>
    public static string From(DateTimeOffset at, DateTimeOffset now) =>
        at <= now ? $"{Of(now - at)} ago" : $"in {Of(at - now)}";

    public static string Of(TimeSpan span) => span switch
    {
        { TotalMilliseconds: < 1_000 } => Text(span.TotalMilliseconds, "0", "ms"),
        { TotalSeconds: < 10 } => Text(span.TotalSeconds, "0.0", "s"),
        { TotalSeconds: < 120 } => Text(span.TotalSeconds, "0", "s"),
        { TotalMinutes: < 120 } => Text(span.TotalMinutes, "0", "min"),
        { TotalHours: < 48 } => Text(span.TotalHours, "0", "h"),
        _ => Text(span.TotalDays, "0", "days"),
    };

    public static string Of(double? seconds) => seconds is { } some ? Of(TimeSpan.FromSeconds(some)) : "–";

    /// <summary>The value of a <c>time</c> element.</summary>
    public static string Machine(DateTimeOffset at) => at.UtcDateTime.ToString("o", CultureInfo.InvariantCulture);

    private static string Text(double number, string format, string unit) =>
        number.ToString(format, CultureInfo.InvariantCulture) + " " + unit;
}
