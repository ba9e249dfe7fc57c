using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

internal static class ChangeProfile
{
    public static async Task<Results<Ok<UserView>, ProblemHttpResult>> Handle(
        ChangeProfileRequest request, Caller caller, AccountStore accounts, CancellationToken stop)
    {
        if (await accounts.FindAsync(caller.Id, stop) is not { } account) return ReadProfile.Gone();
        if (account.Name != request.Name)
        {
            await accounts.Work.BeginAsync(stop);
            if (!await accounts.TryRenameAsync(caller.Id, request.Name, stop)) return ReadProfile.Gone();
            accounts.Work.Publish(new UserChanged(caller.Id));
            await accounts.Work.CommitAsync(stop);
        }
        return TypedResults.Ok(
            (account with { Name = request.Name }).ToView(await accounts.AddressesAsync(caller.Id, stop)));
    }
}
