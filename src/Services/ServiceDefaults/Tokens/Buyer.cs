using Microsoft.AspNetCore.Http;

namespace Tessera.ServiceDefaults;

/// <summary>The signed-in customer. The endpoint requires <see cref="Policies.Customer"/>.</summary>
/// <param name="Actor">Who acts for the customer, if not the customer.</param>
public sealed record Buyer(Guid Id, Guid? Actor = null)
{
    public static ValueTask<Buyer?> BindAsync(HttpContext context)
    {
        var caller = Caller.From(context.User);
        return caller.IsCustomer
            ? new(new Buyer(caller.Id, caller.Actor))
            : throw new InvalidOperationException(
                "A handler takes a Buyer but its endpoint does not require the policy 'customer'.");
    }
}
