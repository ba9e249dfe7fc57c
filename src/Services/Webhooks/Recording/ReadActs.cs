using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

internal static class ReadActs
{
    private const int Size = 100;

    public static async Task<Results<Ok<EndpointActs>, ProblemHttpResult>> Handle(
        Guid id, Caller caller, EndpointStore endpoints, IDatabase database, CancellationToken stop)
    {
        if (await endpoints.FindAsync(id, caller, stop) is null) return ReadEndpoints.Missing(id);
        return TypedResults.Ok(new EndpointActs(await database.QueryAsync(
            $"""
            select at, actor, what, reason, deliveries from acts where endpoint = $1 order by at desc limit {Size}
            """,
            [id],
            row => new EndpointAct(
                row.GetTime(0), row.GetGuid(1), row.GetString(2), row.GetStringOrNull(3),
                row.IsNull(4) ? null : row.GetInt32(4)),
            stop)));
    }
}
