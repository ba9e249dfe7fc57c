using Tessera.ServiceDefaults;
using Tessera.Users.Passwords;
using Tessera.Users.Sessions;

namespace Tessera.Users;

internal static class UsersApi
{
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/connect/token", IssueToken.Handle).AllowAnonymous().ExcludeFromDescription();

        routes.MapGet(ErasedSubjects.Path, (ErasedSubjects erased) => erased.Known)
            .AllowAnonymous().ExcludeFromDescription();

        var users = routes.MapGroup("/users").WithTags("users");
        users.MapPost("/", RegisterUser.Handle).AllowAnonymous();

        var own = users.MapGroup("/me").RequireAuthorization(Policies.SignedIn);
        own.MapGet("/", ReadProfile.Handle);
        own.MapPut("/", ChangeProfile.Handle);
        own.MapDelete("/", EraseUser.Handle);
        own.MapPost("/password", ChangeOwnPassword.Handle);
        own.MapGet("/sessions", OwnSessions.List);
        own.MapDelete("/sessions/{session:guid}", OwnSessions.End);
        own.MapPost("/addresses", AddAddress.Handle);
        own.MapDelete("/addresses/{address:guid}", RemoveAddress.Handle);

        var operators = users.MapGroup("/").RequireAuthorization(Policies.Operator);
        operators.MapPost("/customers", ImportCustomers.Handle);
        operators.MapPost("/{user:guid}/tokens", IssueActingToken.Handle);
    }
}
