using System.ComponentModel.DataAnnotations;

namespace Tessera.Inventory;

internal sealed class InventoryOptions
{
    public const string Section = "Inventory";

    /// <summary>How long stock is held for an order that is not confirmed. Longer than Orders waits for stock and
    /// payment together, or paid orders lose their stock.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan ReservationTime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>StockLow is announced when what is on hand of a product falls to this, or below.</summary>
    [Range(0, 1_000_000)]
    public int ReorderLevel { get; set; } = 10;
}
