using System.ComponentModel.DataAnnotations;

namespace Tessera.Orders;

internal sealed class OrderOptions
{
    public const string Section = "Orders";

    /// <summary>How long a placed order waits for Inventory's answer before it is cancelled.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StockTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long an order whose stock is reserved waits for its payment before it is cancelled.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan PaymentTimeout { get; set; } = TimeSpan.FromMinutes(15);
}
