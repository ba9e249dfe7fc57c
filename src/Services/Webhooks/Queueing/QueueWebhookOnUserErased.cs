using Tessera.Messaging;
using Tessera.Users.Contracts;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

/// <summary>Whoever was told of a customer is told that nothing may be kept.</summary>
internal sealed class QueueWebhookOnUserErased(QueueDeliveries queue)
    : IHandle<UserErased>, IPrefetch<UserErased>
{
    public Task PrefetchAsync(IReadOnlyList<UserErased> messages, CancellationToken stop)
    {
        foreach (var message in messages) queue.Expect(PublicCustomerErased.Type, message.User.ToString());
        return Task.CompletedTask;
    }

    public Task HandleAsync(UserErased message, MessageContext context, CancellationToken stop) => queue.ForAllAsync(
        context.Envelope, PublicCustomerErased.Type, new PublicCustomerErased(message.User), stop);
}
