using System.Globalization;
using System.Text.RegularExpressions;

namespace Tessera.Cli;

/// <summary>Reads how long something is: <c>30s</c>, <c>10m</c>, <c>2h</c>, <c>1d</c>.</summary>
internal static partial class Durations
{
    /// <exception cref="UserError">It is no such text.</exception>
    public static TimeSpan Parse(string given)
    {
        if (Duration().Match(given) is not { Success: true } found)
            throw new UserError($"'{given}' is no time; write 30s, 10m, 2h or 1d.", ExitCodes.Usage);
        var count = int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture);
        return found.Groups[2].Value switch
        {
            "s" => TimeSpan.FromSeconds(count),
            "m" => TimeSpan.FromMinutes(count),
            "h" => TimeSpan.FromHours(count),
            _ => TimeSpan.FromDays(count),
        };
    }

    [GeneratedRegex(@"^([0-9]{1,5})(s|m|h|d)\z")]
    private static partial Regex Duration();
}
