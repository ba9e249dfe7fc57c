using Tessera.Messaging;
using Tessera.Users.Contracts;

namespace Tessera.Payments;

/// <summary>Amounts stay, because books must be kept. What stands for the person's card goes, once no answer of the
/// provider is awaited with it.</summary>
internal sealed class ForgetPaymentMethodsOnUserErased(UnitOfWork work) : IHandle<UserErased>
{
    public Task HandleAsync(UserErased message, MessageContext context, CancellationToken stop)
    {
        work.Enqueue(
            """
            update payments set payment_method = null
            where buyer = $1 and payment_method is not null and state not in ('Requested', 'Capturing')
            """,
            message.User);
        return Task.CompletedTask;
    }
}
