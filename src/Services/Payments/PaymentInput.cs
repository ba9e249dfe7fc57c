namespace Tessera.Payments;

internal enum PaymentInput
{
    Requested,
    OrderCancelled,
    ProviderCaptured,
    ProviderDeclined,
    ProviderRefunded,
}
