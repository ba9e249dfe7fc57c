using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>GET /users/acting: who got a token to act for whom. The record outlives both accounts, and nobody can
/// change it.</summary>
internal static class ListActing
{
    private const string Columns = "issued_at, operator_id, user_id, note";

    public static async Task<Ok<ActingView>> Handle(
        IDatabase database, CancellationToken stop, Guid? user = null, [Range(1, 200)] int size = 50) =>
        TypedResults.Ok(new ActingView(await database.QueryAsync(
            user is null
                // Ids are in the order of issue.
                ? $"select {Columns} from acting_tokens order by id desc limit $1"
                : $"select {Columns} from acting_tokens where user_id = $2 order by id desc limit $1",
            user is null ? [size] : [size, user],
            row => new ActingEntry(row.GetTime(0), row.GetGuid(1), row.GetGuid(2), row.GetStringOrNull(3)), stop)));
}
