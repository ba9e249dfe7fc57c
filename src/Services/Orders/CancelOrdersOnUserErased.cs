using Tessera.Messaging;
using Tessera.Users.Contracts;

namespace Tessera.Orders;

internal sealed class CancelOrdersOnUserErased(OrderStore orders, OrderProgress progress) : IHandle<UserErased>
{
    public async Task HandleAsync(UserErased message, MessageContext context, CancellationToken stop)
    {
        foreach (var order in await orders.FindOpenAsync(message.User, stop))
            progress.Apply(order, OrderInput.UserErased);
        // The buyer's own mark may say anything about a person. The id alone says nothing once the account is gone.
        orders.ForgetReferences(message.User);
    }
}
