using System.Globalization;
using Tessera.Bench;

namespace Tessera.OrderHop;

internal static class Placing
{
    /// <summary>Has the node place orders; returns the seconds that took.</summary>
    public static async Task<double> PlaceAsync(this Node orders, string command) =>
        double.Parse((await orders.AskAsync(command, "placed ")).Split(' ')[1], CultureInfo.InvariantCulture);
}
