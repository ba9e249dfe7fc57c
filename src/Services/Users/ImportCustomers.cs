using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>Accounts that came from elsewhere; a known reference gives its user again, so a retry
/// doubles nobody.</summary>
internal static class ImportCustomers
{
    public static async Task<Ok<ImportedCustomersView>> Handle(
        ImportCustomersRequest request, AccountStore accounts, TimeProvider clock, CancellationToken stop)
    {
        await accounts.Work.BeginAsync(stop);
        var users = await accounts.FindReferencesAsync(
            [.. request.Customers.Select(customer => customer.Reference).Distinct()], stop);
        foreach (var customer in request.Customers)
        {
            if (users.ContainsKey(customer.Reference)) continue;
            var now = clock.GetUtcNow();
            var user = Guid.CreateVersion7(now);
            users.Add(customer.Reference, user);
            accounts.AddImported(customer, user, now);
            accounts.Work.Publish(new UserRegistered(user));
        }
        await accounts.Work.CommitAsync(stop);
        return TypedResults.Ok(new ImportedCustomersView(
            [.. request.Customers.Select(
                customer => new ImportedCustomerView(customer.Reference, users[customer.Reference]))]));
    }
}
