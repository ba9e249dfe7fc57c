using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>POST /users</summary>
internal static class RegisterUser
{
    public static async Task<Results<Created<UserView>, ProblemHttpResult>> Handle(
        RegisterUserRequest request, RegisterAccount register, AccountStore accounts, HttpContext context,
        IOptions<TesseraOptions> tessera, CancellationToken stop)
    {
        var key = SignInKey.Of(request.Email, context, tessera.Value);
        return await register.TryAsync(request, key, stop) is { } account
            ? TypedResults.Created("/users/me", account.ToView(await accounts.AddressesAsync(account.Id, stop)))
            : TypedResults.Problem(
                "This email has an account already.", statusCode: StatusCodes.Status409Conflict);
    }
}
