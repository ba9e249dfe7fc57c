using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>GET /users/customers/{number}</summary>
internal static class ReadCustomer
{
    private const int ReferencesMax = 20;

    public static async Task<Results<Ok<CustomerView>, ProblemHttpResult>> Handle(
        [StringLength(64)] string number, AccountStore accounts, IDatabase database, CancellationToken stop)
    {
        if (await FindAsync(number, accounts, database, stop) is not { } account)
            return TypedResults.Problem("There is no customer of that number.", statusCode: 404);
        var references = await database.QueryAsync(
            $"select reference from customer_references where user_id = $1 order by reference limit {ReferencesMax}",
            [account.Id], row => row.GetString(0), stop);
        return TypedResults.Ok(new CustomerView(
            account.Id, Mask(account.WrittenTo), account.IsOperator, account.RegisteredAt, references));
    }

    /// <summary><c>a•••@e•••.org</c></summary>
    internal static string? Mask(string? email)
    {
        if (email?.IndexOf('@', StringComparison.Ordinal) is not (> 0 and var at)) return null;
        var host = email[(at + 1)..];
        var dot = host.LastIndexOf('.');
        return $"{email[0]}•••@{(host.Length > 0 ? host[0] : "")}•••{(dot > 0 ? host[dot..] : "")}";
    }

    private static async Task<Account?> FindAsync(
        string number, AccountStore accounts, IDatabase database, CancellationToken stop)
    {
        if (Guid.TryParse(number, out var id)) return await accounts.FindAsync(id, stop);
        var found = await database.QueryAsync(
            "select user_id from customer_references where reference = $1", [number], row => row.GetGuid(0), stop);
        return found is [var user] ? await accounts.FindAsync(user, stop) : null;
    }
}
