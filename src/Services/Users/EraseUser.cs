using Microsoft.AspNetCore.Http.HttpResults;
using OpenIddict.Abstractions;
using Tessera.Messaging.EntityFramework;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>Removes the account and all personal data, and tells the other services to do the same.</summary>
internal static class EraseUser
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Caller caller,
        AccountStore accounts,
        UsersDb tokenServer,
        IOpenIddictTokenManager tokens,
        IOpenIddictAuthorizationManager authorizations,
        CancellationToken stop)
    {
        if (caller.IsOperator)
        {
            return TypedResults.Problem(
                "An operator's account is not erased this way.", statusCode: StatusCodes.Status409Conflict);
        }
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryEraseAsync(caller.Id, stop)) return ReadProfile.Gone();
        await tokenServer.JoinAsync(accounts.Work, stop); // The refresh tokens end in the same transaction.
        var subject = caller.Id.ToString("D");
        await tokens.RevokeBySubjectAsync(subject, stop);
        await authorizations.RevokeBySubjectAsync(subject, stop);
        accounts.Work.Publish(new UserErased(caller.Id));
        await accounts.Work.CommitAsync(stop);
        return TypedResults.NoContent();
    }
}
