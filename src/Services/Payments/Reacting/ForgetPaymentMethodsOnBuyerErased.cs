using Tessera.Messaging;

namespace Tessera.Payments;

/// <summary>The buyer was erased a while ago: answers that were being stored then are stored.</summary>
internal sealed record BuyerErased(Guid Buyer)
{
    public const string TimerType = "BuyerErased";
}

/// <summary>The second look, at what was being stored while the buyer was erased.</summary>
internal sealed class ForgetPaymentMethodsOnBuyerErased(ForgetBuyer forget)
    : IHandle<BuyerErased>, IPrefetch<BuyerErased>
{
    public Task PrefetchAsync(IReadOnlyList<BuyerErased> messages, CancellationToken stop) =>
        forget.ExpectAsync(messages.Select(message => message.Buyer), stop);

    public Task HandleAsync(BuyerErased message, MessageContext context, CancellationToken stop) =>
        forget.HandleAsync(message.Buyer, stop);
}
