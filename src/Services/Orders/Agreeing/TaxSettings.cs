using System.ComponentModel.DataAnnotations;

namespace Tessera.Orders;

/// <summary>The tax that prices include.</summary>
internal sealed class TaxSettings
{
    public const string Section = "Orders:Tax";

    /// <summary>Of products, in percent of the net price.</summary>
    [Range(0.0, 100.0, ErrorMessage = "Orders:Tax:RatePercent must lie between 0 and 100.")]
    public decimal RatePercent { get; set; } = 20;

    /// <summary>Of deliveries; that of products unless set.</summary>
    [Range(0.0, 100.0, ErrorMessage = "Orders:Tax:DeliveryRatePercent must lie between 0 and 100.")]
    public decimal? DeliveryRatePercent { get; set; }

    public decimal OfDelivery => DeliveryRatePercent ?? RatePercent;
}
