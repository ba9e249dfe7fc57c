namespace Tessera.Orders;

/// <summary>Inventory has not answered in time.</summary>
internal sealed record StockOverdue(Guid Order);

/// <summary>Payments has not answered in time.</summary>
internal sealed record PaymentOverdue(Guid Order);
