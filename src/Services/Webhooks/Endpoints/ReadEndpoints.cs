using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

internal static class ReadEndpoints
{
    public static async Task<Ok<EndpointPage>> List(
        Caller caller, IDatabase database, EndpointStore endpoints, CountDeliveries count, TimeProvider clock,
        CancellationToken stop, Cursor? after = null, [Range(1, 100)] int size = 20)
    {
        var seesAll = EndpointStore.Owns(caller, Guid.Empty);
        var rows = await database.QueryAsync(
            $"""
            select {Endpoint.Columns} from endpoints e
            where e.id > $1 and e.state <> 'Deleted' {(seesAll ? "" : "and e.owner = $3")}
            order by e.id limit $2
            """,
            seesAll ? [After(after), size + 1] : [After(after), size + 1, caller.Id], Endpoint.Read, stop);
        var (items, next) = Cursor.Page(rows, size, last => Cursor.Of(last.Id.ToString()));
        var types = await endpoints.TypesOfAsync([.. items.Select(endpoint => endpoint.Id)], stop);
        var now = clock.GetUtcNow();
        var views = new List<EndpointView>();
        foreach (var endpoint in items)
            views.Add(endpoint.View(types[endpoint.Id], now, await count.OfAsync(endpoint.Id, stop)));
        return TypedResults.Ok(new EndpointPage(views, next));
    }

    public static async Task<Results<Ok<EndpointView>, ProblemHttpResult>> One(
        Guid id, Caller caller, EndpointStore endpoints, CountDeliveries count, TimeProvider clock,
        CancellationToken stop)
    {
        if (await endpoints.FindAsync(id, caller, stop) is not { } endpoint) return Missing(id);
        var types = await endpoints.TypesOfAsync([id], stop);
        return TypedResults.Ok(endpoint.View(types[id], clock.GetUtcNow(), await count.OfAsync(id, stop)));
    }

    /// <summary>Another's answers the same as none.</summary>
    public static ProblemHttpResult Missing(Guid id) => TypedResults.Problem(
        $"You have no endpoint {id}.", statusCode: StatusCodes.Status404NotFound);

    private static Guid After(Cursor? after) => after?.AsGuid() ?? Guid.Empty;
}
