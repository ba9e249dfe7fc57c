using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>GET /users/{user}/contact</summary>
internal static class ReadContact
{
    public static async Task<Results<Ok<ContactView>, ProblemHttpResult>> Handle(
        Guid user, AccountStore accounts, CancellationToken stop)
    {
        // Who is not here and who has no address are the same to one who wants to write.
        return await accounts.FindAsync(user, stop) is { WrittenTo: { } email } account
            ? TypedResults.Ok(new ContactView(account.Id, email, account.Name, account.Language))
            : TypedResults.Problem("There is nobody of that id to write to.", statusCode: 404);
    }
}
