using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

internal static class RegisterUser
{
    public static async Task<Results<Created<UserView>, ProblemHttpResult>> Handle(
        RegisterUserRequest request, AccountStore accounts,
        IPasswordHasher<Account> hasher, CheckPassword passwords, HttpContext context,
        IOptions<TesseraOptions> tessera, TimeProvider clock, CancellationToken stop)
    {
        // Whole milliseconds, as every database keeps them: a retry gets the same answer.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var account = new Account(
            Guid.CreateVersion7(now), EmailAddress.Normalize(request.Email), null, request.Name,
            IsOperator: false, now);
        // Slow: before the transaction.
        account = account with { PasswordHash = hasher.HashPassword(account, request.Password) };
        await accounts.Work.BeginAsync(stop);
        if (await accounts.TryAddAsync(account, stop))
        {
            accounts.Work.Publish(new UserRegistered(account.Id));
            await accounts.Work.CommitAsync(stop);
            return TypedResults.Created("/users/me", account.ToView([]));
        }
        await accounts.Work.DisposeAsync(); // Nothing was stored, and a password is checked below.
        // Who knows the password lost an earlier answer. It is a sign-in: wrong ones count as such, so that this is no
        // way around the limit of guesses.
        var key = SignInKey.Of(request.Email, context, tessera.Value);
        return await passwords.TryAsync(request.Email, request.Password, key, stop) is { } known
            ? TypedResults.Created("/users/me", known.ToView(await accounts.AddressesAsync(known.Id, stop)))
            : TypedResults.Problem(
                "This email has an account already.", statusCode: StatusCodes.Status409Conflict);
    }
}
