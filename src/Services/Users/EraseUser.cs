using Microsoft.AspNetCore.Http.HttpResults;
using OpenIddict.Abstractions;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>Removes the account and all personal data, and tells the other services to do the same.</summary>
internal static class EraseUser
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Caller caller, AccountStore accounts, IOpenIddictTokenManager tokens, IOpenIddictAuthorizationManager authorizations, CancellationToken stop)
    {
        if (caller.IsOperator)
            return TypedResults.Problem("An operator's account is not erased this way.", statusCode: StatusCodes.Status409Conflict);
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryEraseAsync(caller.Id, stop)) return ReadProfile.Gone();
        accounts.Work.Publish(new UserErased(caller.Id));
        await accounts.Work.CommitAsync(stop);
        // A crash before this revokes nothing and harms nothing: a refresh asks for the account, which is gone.
        var subject = caller.Id.ToString("D");
        await tokens.RevokeBySubjectAsync(subject, stop);
        await authorizations.RevokeBySubjectAsync(subject, stop);
        return TypedResults.NoContent();
    }
}
