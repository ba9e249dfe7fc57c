using Tessera.ServiceDefaults;
using Tessera.Users.Exporting;
using Tessera.Users.Passwords;
using Tessera.Users.Sessions;

namespace Tessera.Users;

internal static class UsersApi
{
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        routes.MapAuthorizing();

        routes.MapGet(ErasedSubjects.Path, (ErasedSubjects erased) => erased.Known)
            .AllowAnonymous().ExcludeFromDescription();
        routes.MapGet(EndedSignIns.Path, (EndedSignIns ended, DateTimeOffset? since) => ended.Known(since))
            .AllowAnonymous().ExcludeFromDescription();

        var users = routes.MapGroup("/users").WithTags("users");
        users.MapPost("/", RegisterUser.Handle).AllowAnonymous();

        var own = users.MapGroup("/me").RequireAuthorization(Policies.Person).RequireScope(Scopes.UsersWrite);
        own.MapGet("/", ReadProfile.Handle).RequireScope(Scopes.UsersRead);
        own.MapGet("/export", ExportData.Handle).RequireScope(Scopes.UsersRead);
        own.MapPut("/", ChangeProfile.Handle);
        own.MapDelete("/", EraseUser.Handle);
        own.MapPost("/password", ChangeOwnPassword.Handle);
        own.MapGet("/sessions", OwnSessions.List).RequireScope(Scopes.UsersRead);
        own.MapDelete("/sessions/{session:guid}", OwnSessions.End);
        own.MapPost("/addresses", AddAddress.Handle);
        own.MapGet("/addresses", ListAddresses.Handle).RequireScope(Scopes.UsersRead);
        own.MapPut("/addresses/{address:guid}", ChangeAddress.Handle);
        own.MapDelete("/addresses/{address:guid}", RemoveAddress.Handle);

        var operators = users.MapGroup("/").RequireAuthorization(Policies.Operator);
        operators.MapPost("/customers", ImportCustomers.Handle).RequireScope(Scopes.UsersWrite);
        operators.MapGet("/customers/{number}", ReadCustomer.Handle).RequireScope(Scopes.UsersRead);
        operators.MapGet("/acting", ListActing.Handle).RequireScope(Scopes.UsersRead);
        operators.MapPost("/{user:guid}/tokens", IssueActingToken.Handle).RequireScope(Scopes.UsersAct);
        operators.MapPost("/tokens", IssueActingToken.HandleByEmail).RequireScope(Scopes.UsersAct);
        operators.MapGet("/clients", ManageClients.List).RequireScope(Scopes.ClientsRead);
        operators.MapPost("/clients", ManageClients.Add).RequireScope(Scopes.ClientsWrite);
        operators.MapDelete("/clients/{client}", ManageClients.Remove).RequireScope(Scopes.ClientsWrite);

        users.MapGet("/{user:guid}/contact", ReadContact.Handle)
            .RequireAuthorization(Policies.Machine).RequireScope(Scopes.UsersContact);
    }
}
