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
        var language = request.Language ?? account.Language;
        if (account.Name != request.Name || account.Language != language)
        {
            await accounts.Work.BeginAsync(stop);
            if (!await accounts.TryChangeAsync(caller.Id, request.Name, language, stop)) return ReadProfile.Gone();
            accounts.Work.Publish(new UserChanged(caller.Id));
            await accounts.Work.CommitAsync(stop);
        }
        var changed = account with { Name = request.Name, Language = language };
        return TypedResults.Ok(changed.ToView(await accounts.AddressesAsync(caller.Id, stop)));
    }
}
