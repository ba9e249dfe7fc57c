namespace Tessera.Payments.Tests;

internal static class Some
{
    public static Payment Payment() => new()
    {
        Id = Guid.NewGuid(),
        Order = Guid.NewGuid(),
        Buyer = Guid.NewGuid(),
        AmountMinor = 500,
        Currency = "GBP",
        PaymentMethod = "tok_ok",
        RequestedAt = default,
        State = PaymentState.None,
    };
}
