using Tessera.Messaging;
using Tessera.Users.Contracts;

namespace Tessera.Payments;

/// <summary>Amounts stay, because books must be kept. What stands for the person's card goes.</summary>
internal sealed class ForgetPaymentMethodsOnUserErased(ForgetBuyer forget, UnitOfWork work, TimeProvider clock)
    : IHandle<UserErased>, IPrefetch<UserErased>
{
    // An answer that was being stored meanwhile has been stored by then.
    private static readonly TimeSpan again = TimeSpan.FromMinutes(1);

    public Task PrefetchAsync(IReadOnlyList<UserErased> messages, CancellationToken stop) =>
        forget.ExpectAsync(messages.Select(message => message.User), stop);

    public async Task HandleAsync(UserErased message, MessageContext context, CancellationToken stop)
    {
        await forget.HandleAsync(message.User, stop);
        work.Schedule(message.User.ToString(), new BuyerErased(message.User), clock.GetUtcNow() + again);
    }
}
