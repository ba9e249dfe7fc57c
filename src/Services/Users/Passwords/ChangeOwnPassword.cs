using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;
using Tessera.Users.Sessions;
using Tessera.Users.Texts;

namespace Tessera.Users.Passwords;

/// <summary>POST /users/me/password</summary>
internal static class ChangeOwnPassword
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        ChangePasswordRequest request, Caller caller, AccountStore accounts, ChangePassword change,
        HttpContext context, IOptions<TesseraOptions> tessera, CancellationToken stop)
    {
        if (OwnSessions.RefusedTo(caller) is { } refused) return refused;
        if (await accounts.FindAsync(caller.Id, stop) is not { } account) return ReadProfile.Gone();
        if (account.Email is not { } email)
        {
            return TypedResults.Problem(
                "There is no password to change: who has no account signs in by none.",
                statusCode: StatusCodes.Status409Conflict);
        }
        var key = SignInKey.Of(email, context, tessera.Value);
        return await change.TryAsync(
            account, request.Current, request.New, OwnSessions.OfToken(context), key, stop) switch
        {
            PasswordChange.Refused(var why) => Invalid("new", Words.Default.Say(why)),
            PasswordChange.WrongCurrent => Invalid(
                "current", "The password is wrong, or too many wrong ones came from this network just now."),
            _ => TypedResults.NoContent(),
        };
    }

    /// <summary>In the form in which validation refuses.</summary>
    public static ProblemHttpResult Invalid(string member, string why) => TypedResults.Problem(
        new HttpValidationProblemDetails(new Dictionary<string, string[]> { [member] = [why] })
        {
            Status = StatusCodes.Status400BadRequest, Detail = $"{member}: {why}",
        });
}
