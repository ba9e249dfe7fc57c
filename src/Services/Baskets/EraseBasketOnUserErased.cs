using Tessera.Messaging;
using Tessera.Users.Contracts;

namespace Tessera.Baskets;

internal sealed class EraseBasketOnUserErased(UnitOfWork work, TimeProvider clock) : IHandle<UserErased>
{
    public Task HandleAsync(UserErased message, MessageContext context, CancellationToken stop)
    {
        BasketStore.Erase(work, Holder.User(message.User), clock.GetUtcNow());
        return Task.CompletedTask;
    }
}
