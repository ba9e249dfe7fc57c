using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Users.Contracts;
using Tessera.Users.Passwords;
using Tessera.Users.Texts;

namespace Tessera.Users;

/// <summary>POST /users</summary>
internal static class RegisterUser
{
    public static async Task<Results<Accepted<RegistrationView>, ProblemHttpResult>> Handle(
        RegisterUserRequest request, RegisterAccount register, CancellationToken stop)
    {
        if (PasswordRules.FaultOf(request.Password, request.Email) is { } fault)
            return ChangeOwnPassword.Invalid("password", Words.Default.Say(fault));
        await register.RunAsync(request, stop);
        return TypedResults.Accepted((string?)null, new RegistrationView(EmailAddress.Normalize(request.Email)));
    }
}
