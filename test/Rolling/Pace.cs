using System.Globalization;

namespace Tessera.Rolling;

/// <summary>How fast customers have ordered. Each waits for his answer before he orders again, so a slow machine gets
/// fewer orders than were asked for, and an easier test than is promised.</summary>
internal sealed record Pace(int Orders, TimeSpan Time, int Asked)
{
    /// <summary>What the machine may fall behind by, while processes start beside them.</summary>
    private const double ShareMin = 0.8;

    public double PerSecond => Orders / Time.TotalSeconds;

    public bool IsKept => PerSecond >= ShareMin * Asked;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Orders} orders, {PerSecond:0.0} a second");
}
