using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

internal static class ListAddresses
{
    public static async Task<Ok<AddressesView>> Handle(Caller caller, AccountStore accounts, CancellationToken stop) =>
        TypedResults.Ok(new AddressesView(await accounts.AddressesAsync(caller.Id, stop)));
}
