using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Tessera.Users.Contracts;

namespace Tessera.Users;

internal static class RegisterUser
{
    public static async Task<Results<Created<UserView>, ProblemHttpResult>> Handle(
        RegisterUserRequest request, AccountStore accounts,
        IPasswordHasher<Account> hasher, TimeProvider clock, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var account = new Account(
            Guid.CreateVersion7(now), Account.Normalize(request.Email), null, request.Name, IsOperator: false, now);
        // Slow: before the transaction.
        account = account with { PasswordHash = hasher.HashPassword(account, request.Password) };
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryAddAsync(account, stop))
        {
            return TypedResults.Problem(
                "This email has an account already.", statusCode: StatusCodes.Status409Conflict);
        }
        accounts.Work.Publish(new UserRegistered(account.Id));
        await accounts.Work.CommitAsync(stop);
        return TypedResults.Created("/users/me", account.ToView([]));
    }
}
