using System.Globalization;

namespace Tessera.Cli;

/// <summary>Numbers that the command line takes, each with its bounds; checked before anything is done.</summary>
internal static class Numbers
{
    public const int DaySeconds = 86_400;

    /// <exception cref="UserError">It is outside, or no number at all (NaN).</exception>
    public static T InRange<T>(T value, T least, T most, string option)
        where T : IComparable<T>, IFormattable => value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new UserError(
                string.Create(
                    CultureInfo.InvariantCulture, $"{option} takes a number from {least} to {most}, not {value}."),
                ExitCodes.Usage);

    public static TimeSpan Seconds(int value, string option) =>
        TimeSpan.FromSeconds(InRange(value, 0, DaySeconds, option));
}
