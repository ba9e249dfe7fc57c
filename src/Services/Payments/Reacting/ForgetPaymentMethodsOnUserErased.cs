using Tessera.Messaging;
using Tessera.Users.Contracts;

namespace Tessera.Payments;

/// <summary>Amounts stay, because books must be kept. What stands for the person's card goes: at once, or, where the
/// provider's answer is awaited with it, with that answer.</summary>
internal sealed class ForgetPaymentMethodsOnUserErased(UnitOfWork work, TimeProvider clock) : IHandle<UserErased>
{
    // An answer that was being stored meanwhile has been stored by then.
    private static readonly TimeSpan again = TimeSpan.FromMinutes(1);

    public Task HandleAsync(UserErased message, MessageContext context, CancellationToken stop)
    {
        Forget(work, message.User);
        work.Schedule(message.User.ToString(), new BuyerErased(message.User), clock.GetUtcNow() + again);
        return Task.CompletedTask;
    }

    public static void Forget(UnitOfWork work, Guid buyer)
    {
        work.Enqueue("insert into erased_buyers (buyer) values ($1) on conflict do nothing", buyer);
        work.Enqueue(
            """
            update payments set payment_method = null
            where buyer = $1 and payment_method is not null and state not in ('Requested', 'Capturing')
            """,
            buyer);
    }
}
