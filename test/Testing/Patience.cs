using System.Globalization;

namespace Tessera.Testing;

/// <summary>
/// How long somebody has waited, as far as the machine could have done what was waited for: time in which processes
/// stood in line for a processor counts a fifth. A wait of a minute is then one of up to five where twenty processes
/// start on two processors, and stays a minute where something hangs. Linux tells it (pressure stall information,
/// <c>/proc/pressure/cpu</c>); elsewhere all time counts.
/// </summary>
public sealed class Patience
{
    /// <summary>Not the whole of it: others standing in line do not keep a hang from ending.</summary>
    private const double ShareLeftOut = 0.8;

    private readonly TimeProvider _clock;
    private readonly long _began;
    private readonly Func<TimeSpan> _stalled;
    private readonly TimeSpan _stalledBefore;

    public Patience()
        : this(TimeProvider.System, Stalled)
    {
    }

    /// <param name="clock">What counts.</param>
    /// <param name="stalled">For how long somebody stood in line, since whenever.</param>
    public Patience(TimeProvider clock, Func<TimeSpan> stalled)
    {
        (_clock, _stalled) = (clock, stalled);
        (_began, _stalledBefore) = (clock.GetTimestamp(), stalled());
    }

    /// <summary>Never less than a fifth of what the clock says.</summary>
    public TimeSpan Used
    {
        get
        {
            var elapsed = _clock.GetElapsedTime(_began);
            var stalled = _stalled() - _stalledBefore;
            return elapsed - (ShareLeftOut * (stalled < elapsed ? stalled : elapsed));
        }
    }

    /// <summary>The first line: <c>some avg10=0.00 avg60=0.00 avg300=0.00 total=MICROSECONDS</c>.</summary>
    public static TimeSpan Read(string pressure)
    {
        var line = pressure.Split('\n')[0];
        return TimeSpan.FromMicroseconds(
            double.Parse(line[(line.LastIndexOf('=') + 1)..], CultureInfo.InvariantCulture));
    }

    private static TimeSpan Stalled()
    {
        try
        {
            return Read(File.ReadAllText("/proc/pressure/cpu"));
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return TimeSpan.Zero;
        }
    }
}
