using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

/// <summary>Deliveries that have ended, put into the queue once more. They keep their ids: who has taken one before can
/// tell. Where order is kept they join the end of their lines.</summary>
internal static class Redeliver
{
    private const int AtOnceMax = 10_000;
    private const int InOneCommit = 100;

    public static async Task<Results<Accepted, ProblemHttpResult>> One(
        Guid id, Guid delivery, Caller caller, EndpointStore endpoints, IDatabase database,
        IServiceScopeFactory scopes, TimeProvider clock, CancellationToken stop)
    {
        if (await endpoints.FindAsync(id, caller, stop) is not { } endpoint) return ReadEndpoints.Missing(id);
        if (FaultOf(endpoint) is { } fault) return fault;
        var found = await database.QueryAsync(
            "select id, event_key, state from deliveries where id = $1 and endpoint = $2", [delivery, id],
            row => (Ended: new EndedDelivery(row.GetGuid(0), row.GetString(1)), State: row.GetString(2)), stop);
        if (found.Count == 0) return ReadDeliveries.Missing(delivery);
        // One that waits will be sent anyway.
        if (found[0].State != "Waiting") await PutBackAsync(scopes, endpoint, [found[0].Ended], clock, stop);
        return TypedResults.Accepted($"/webhooks/{id}/deliveries/{delivery}");
    }

    public static async Task<Results<Ok<RedeliveredView>, ProblemHttpResult>> Many(
        Guid id, RedeliverRequest request, Caller caller, EndpointStore endpoints, IDatabase database,
        IServiceScopeFactory scopes, TimeProvider clock, CancellationToken stop)
    {
        if (await endpoints.FindAsync(id, caller, stop) is not { } endpoint) return ReadEndpoints.Missing(id);
        if (FaultOf(endpoint) is { } fault) return fault;
        var wanted = request.State ?? "Failed";
        var filter = new SqlFilter(id)
            .And(wanted == "All" ? "state <> 'Waiting'" : $"state = '{wanted}'")
            .And("created_at >= {0}", request.From?.ToUniversalTime())
            .And("created_at < {0}", request.To?.ToUniversalTime());
        var rows = await database.QueryAsync(
            $"""
            select id, event_key from deliveries where endpoint = $1{filter.Text}
            order by created_at, position, id limit {AtOnceMax + 1}
            """,
            filter.Parameters, row => new EndedDelivery(row.GetGuid(0), row.GetString(1)), stop);
        var count = 0;
        foreach (var some in rows.Take(AtOnceMax).Chunk(InOneCommit))
            count += await PutBackAsync(scopes, endpoint, some, clock, stop);
        return TypedResults.Ok(new RedeliveredView(count, rows.Count <= AtOnceMax));
    }

    /// <summary>Nothing is sent to an endpoint that is disabled: whoever wants that resumes it first.</summary>
    public static ProblemHttpResult? FaultOf(Endpoint endpoint) =>
        endpoint.State is EndpointState.Active or EndpointState.Paused
            ? null
            : TypedResults.Problem(
                $"The endpoint is {endpoint.State}. Resume it first.", statusCode: StatusCodes.Status409Conflict);

    private static async Task<int> PutBackAsync(
        IServiceScopeFactory scopes, Endpoint endpoint, IReadOnlyList<EndedDelivery> ended, TimeProvider clock,
        CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var count = 0;
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        // In one order of locks, whoever else puts some of them back; within a line as they were.
        foreach (var (id, key) in ended.OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            if (endpoint.IsOrdered) KeyLines.Lengthen(work, endpoint.Id, key, now);
            var place = endpoint.IsOrdered
                ? $"""
                position = {KeyLines.Last("$2", "$3")},
                due_at = case when {KeyLines.HasWaiting("$2", "$3")} then null else $4 end
                """
                : "due_at = $4";
            count += await work.ExecuteAsync(
                $"""
                update deliveries set state = 'Waiting', tries = 0, first_tried_at = null, ended_at = null, {place}
                where id = $1 and endpoint = $2 and state <> 'Waiting' and event_key = $3
                """,
                [id, endpoint.Id, key, now], stop);
        }
        work.AfterCommit(scope.ServiceProvider.GetRequiredService<DeliveryWake>().Wake);
        await work.CommitAsync(stop);
        return count;
    }

    private sealed record EndedDelivery(Guid Id, string Key);
}
