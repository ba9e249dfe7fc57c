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
        IServiceScopeFactory scopes, TimeProvider clock, CancellationToken stop, ActRequest? request = null)
    {
        if (await endpoints.FindAsync(id, caller, stop) is not { } endpoint) return ReadEndpoints.Missing(id);
        if (FaultOf(endpoint) is { } fault) return fault;
        var found = await database.QueryAsync(
            "select id, event_key, state from deliveries where id = $1 and endpoint = $2", [delivery, id],
            row => (Ended: new EndedDelivery(row.GetGuid(0), row.GetString(1)), State: row.GetString(2)), stop);
        if (found.Count == 0) return ReadDeliveries.Missing(delivery);
        // One that waits will be sent anyway.
        if (found[0].State != "Waiting")
        {
            var act = Act.Of(caller.Id, Act.Redelivered, request?.Reason, clock);
            await PutBackAsync(scopes, endpoint, [found[0].Ended], act, clock, stop);
        }
        return TypedResults.Accepted($"/webhooks/{id}/deliveries/{delivery}");
    }

    public static Task<Results<Ok<RedeliveredView>, ProblemHttpResult>> Many(
        Guid id, RedeliverRequest request, Caller caller, EndpointStore endpoints, IDatabase database,
        IServiceScopeFactory scopes, TimeProvider clock, CancellationToken stop) =>
        SomeAsync(id, request, caller, endpoints, database, scopes, clock, AtOnceMax, stop);

    internal static async Task<Results<Ok<RedeliveredView>, ProblemHttpResult>> SomeAsync(
        Guid id, RedeliverRequest request, Caller caller, EndpointStore endpoints, IDatabase database,
        IServiceScopeFactory scopes, TimeProvider clock, int atOnceMax, CancellationToken stop)
    {
        if (await endpoints.FindAsync(id, caller, stop) is not { } endpoint) return ReadEndpoints.Missing(id);
        if (FaultOf(endpoint) is { } fault) return fault;
        var state = request.State ?? "Failed";
        var filter = new SqlFilter(id)
            .And(state == "All" ? "state <> 'Waiting'" : $"state = '{state}'")
            .And("created_at >= {0}", request.From?.ToUniversalTime())
            .And("created_at < {0}", request.To?.ToUniversalTime());
        var rows = await database.QueryAsync(
            $"""
            select id, event_key, created_at from deliveries where endpoint = $1{filter.Text}
            order by created_at, position, id limit {atOnceMax + 1}
            """,
            filter.Parameters,
            row => (Ended: new EndedDelivery(row.GetGuid(0), row.GetString(1)), CreatedAt: row.GetTime(2)), stop);
        var (wanted, next) = Cut(rows, atOnceMax);
        if (request.DryRun) return TypedResults.Ok(new RedeliveredView(wanted.Count, next is null, next));
        var act = Act.Of(caller.Id, Act.Redelivered, request.Reason, clock);
        var count = 0;
        foreach (var some in wanted.Chunk(InOneCommit))
            count += await PutBackAsync(scopes, endpoint, some, act, clock, stop);
        return TypedResults.Ok(new RedeliveredView(count, next is null, next));
    }

    /// <summary>Those of one moment stay together, so that the rest is all that was created later. Were all of one
    /// moment, as many go as may, and the rest is of that moment too.</summary>
    private static (IReadOnlyList<EndedDelivery> Some, DateTimeOffset? Next) Cut(
        List<(EndedDelivery Ended, DateTimeOffset CreatedAt)> rows, int atMost)
    {
        if (rows.Count <= atMost) return ([.. rows.Select(row => row.Ended)], null);
        var next = rows[atMost].CreatedAt;
        var before = rows.TakeWhile(row => row.CreatedAt < next).Select(row => row.Ended).ToArray();
        return (before.Length > 0 ? before : [.. rows.Take(atMost).Select(row => row.Ended)], next);
    }

    /// <summary>Nothing is sent to an endpoint that is disabled: whoever wants that resumes it first.</summary>
    public static ProblemHttpResult? FaultOf(Endpoint endpoint) =>
        endpoint.State is EndpointState.Active or EndpointState.Paused
            ? null
            : TypedResults.Problem(
                $"The endpoint is {endpoint.State}. Resume it first.", statusCode: StatusCodes.Status409Conflict);

    private static async Task<int> PutBackAsync(
        IServiceScopeFactory scopes, Endpoint endpoint, IReadOnlyList<EndedDelivery> ended, Act act,
        TimeProvider clock, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var count = 0;
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        if (endpoint.IsOrdered)
        {
            var keys = ended.Select(each => each.Key).ToHashSet(StringComparer.Ordinal);
            await KeyLines.LockAllAsync(
                work, scope.ServiceProvider.GetRequiredService<IDatabase>(), [endpoint.Id], keys, stop);
        }
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
                update deliveries set state = 'Waiting', tries = 0, first_tried_at = null, ended_at = null,
                    put_back_at = $4, {place}
                where id = $1 and endpoint = $2 and state <> 'Waiting' and event_key = $3
                """,
                [id, endpoint.Id, key, now], stop);
        }
        if (count > 0) act.Record(work, endpoint.Id, now, count);
        work.AfterCommit(scope.ServiceProvider.GetRequiredService<DeliveryWake>().Wake);
        await work.CommitAsync(stop);
        return count;
    }

    private sealed record EndedDelivery(Guid Id, string Key);
}
