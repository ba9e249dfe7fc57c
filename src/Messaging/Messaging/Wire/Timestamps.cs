using System.Globalization;

namespace Tessera.Messaging.Wire;

/// <summary>RFC 3339 times as CloudEvents wants them: UTC, with <c>Z</c>.</summary>
internal static class Timestamps
{
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <exception cref="FormatException">No time.</exception>
    public static DateTimeOffset Parse(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new FormatException($"The attribute 'time' is '{text}', which is no RFC 3339 time.");
}
