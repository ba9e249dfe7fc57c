using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

internal static class RemoveAddress
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid address, Caller caller, AccountStore accounts, CancellationToken stop)
    {
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryRemoveAddressAsync(caller.Id, address, stop))
            return TypedResults.Problem("You have no such address.", statusCode: StatusCodes.Status404NotFound);
        accounts.Work.Publish(new UserChanged(caller.Id));
        await accounts.Work.CommitAsync(stop);
        return TypedResults.NoContent();
    }
}
