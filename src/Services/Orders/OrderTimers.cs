namespace Tessera.Orders;

/// <summary>Inventory has not answered in time.</summary>
internal sealed record StockOverdue(Guid Order)
{
    public const string TimerType = "StockOverdue";
}

/// <summary>Payments has not answered in time.</summary>
internal sealed record PaymentOverdue(Guid Order)
{
    public const string TimerType = "PaymentOverdue";
}

/// <summary>The buyer was erased a while ago: requests that were under way have ended.</summary>
internal sealed record BuyerErased(Guid Buyer)
{
    public const string TimerType = "BuyerErased";
}
