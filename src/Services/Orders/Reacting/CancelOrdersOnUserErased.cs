using Tessera.Messaging;
using Tessera.Users.Contracts;

namespace Tessera.Orders;

/// <summary>Ends the buyer's open orders and forgets what may say anything about a person. The id alone says nothing
/// once the account is gone.</summary>
internal sealed class CancelOrdersOnUserErased(EraseBuyer erase, UnitOfWork work, TimeProvider clock)
    : IHandle<UserErased>, IPrefetch<UserErased>
{
    // A request that was under way meanwhile has ended by then, whichever way.
    private static readonly TimeSpan again = TimeSpan.FromMinutes(1);

    public Task PrefetchAsync(IReadOnlyList<UserErased> messages, CancellationToken stop) =>
        erase.ExpectAsync(messages.Select(message => message.User), stop);

    public async Task HandleAsync(UserErased message, MessageContext context, CancellationToken stop)
    {
        await erase.HandleAsync(message.User, stop);
        work.Schedule(message.User.ToString(), new BuyerErased(message.User), clock.GetUtcNow() + again);
    }
}
