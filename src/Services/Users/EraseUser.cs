using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;

namespace Tessera.Users;

/// <summary>Removes the account and all personal data, and tells the other services to do the same.</summary>
internal static class EraseUser
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Caller caller,
        AccountStore accounts,
        EraseAccount erase,
        CancellationToken stop)
    {
        if (caller.Actor is not null)
        {
            return TypedResults.Problem(
                "Only the user may erase the account, not who acts for the user.",
                statusCode: StatusCodes.Status403Forbidden);
        }
        if (caller.IsOperator)
        {
            return TypedResults.Problem(
                "An operator's account is not erased this way.", statusCode: StatusCodes.Status409Conflict);
        }
        await accounts.Work.BeginAsync(stop);
        return await erase.TryAsync(caller.Id, stop) ? TypedResults.NoContent() : ReadProfile.Gone();
    }
}
