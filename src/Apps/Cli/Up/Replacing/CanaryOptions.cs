using System.CommandLine;
using System.Globalization;

namespace Tessera.Cli.Up;

/// <summary>How much of a service its new version gets first, for how long, and what becomes of it then.</summary>
/// <param name="IsPromoted">Whether all get the new version when the time is over and nothing spoke against it.</param>
internal sealed record CanaryPlan(int Percent, TimeSpan Duration, bool IsPromoted);

/// <summary>The options of <c>replace</c> that are about a canary.</summary>
internal sealed class CanaryOptions
{
    private const string Promote = "promote";

    private readonly Option<string?> _canary = new("--canary")
    {
        Description = "Give the new version to so many of a hundred users first, always the same ones.",
        HelpName = "PERCENT",
    };

    private readonly Option<string?> _for = new("--for")
    {
        Description = "How long, such as 10m; one minute when left out.",
        HelpName = "TIME",
    };

    private readonly Option<string?> _then = new("--then")
    {
        Description = "What becomes of it afterwards: promote (when left out) or back. Without --canary it ends the " +
            "one that runs.",
    };

    public CanaryOptions() => _then.AcceptOnlyFromAmong(Promote, "back");

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_canary, _for, _then]) command.Add(option);
    }

    /// <returns>What is to become of the canary that runs, now; null when that is not asked for.</returns>
    public bool? ReadEnd(ParseResult parsed) =>
        parsed.GetValue(_canary) is null && parsed.GetValue(_then) is { } end ? end == Promote : null;

    public CanaryPlan? Read(ParseResult parsed)
    {
        var (share, time, end) = (parsed.GetValue(_canary), parsed.GetValue(_for), parsed.GetValue(_then));
        if (share is null)
        {
            return time is null
                ? null
                : throw new UserError("--for says more about --canary, which is missing.", ExitCodes.Usage);
        }
        var number = share.EndsWith('%') ? share[..^1] : share;
        if (!int.TryParse(number, CultureInfo.InvariantCulture, out var percent) || percent is < 1 or > 99)
            throw new UserError($"--canary takes a number from 1 to 99, such as 10%, not '{share}'.", ExitCodes.Usage);
        return new CanaryPlan(percent, Durations.Parse(time ?? "1m"), end is null or Promote);
    }
}
