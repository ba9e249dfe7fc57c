using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

internal static class ReadProfile
{
    public static async Task<Results<Ok<UserView>, ProblemHttpResult>> Handle(
        Caller caller, AccountStore accounts, CancellationToken stop)
    {
        if (await accounts.FindAsync(caller.Id, stop) is not { } account) return Gone();
        return TypedResults.Ok(account.ToView(await accounts.AddressesAsync(account.Id, stop)));
    }

    /// <summary>A token outlives its account by a few minutes.</summary>
    public static ProblemHttpResult Gone() =>
        TypedResults.Problem("The account does not exist any more.", statusCode: StatusCodes.Status404NotFound);
}
