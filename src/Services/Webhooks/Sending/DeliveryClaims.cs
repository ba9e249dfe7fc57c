using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Webhooks;

/// <summary>Takes due deliveries for this process, for a time.</summary>
/// <remarks>A claim is the due time moved ahead: no other worker sees the delivery until then, and if this process dies
/// it comes back by itself. Should two hold one all the same (a process that was paused), the message has one id, and
/// the answer to the earlier claim changes nothing.</remarks>
internal sealed class DeliveryClaims(
    IServiceScopeFactory scopes, IDatabase database, IOptions<WebhookOptions> options, TimeProvider clock)
{
    private const int TakenBackAtOnce = 500;

    /// <summary>A condition: due later than anything can be that was written by this clock ($1: now, $2: as far ahead
    /// as a claim reaches at most). What was not begun since it was queued is due at once; what was taken and not
    /// recorded, when its claim runs out; a retry some time after its last attempt.</summary>
    private const string IsTooFarAhead =
        """
        d.due_at > $1 and (d.tries = 0 or (d.due_at > $2 and not exists (
            select 1 from attempts where delivery = d.id and number = d.attempts and at <= $2)))
        """;

    // By the clock: ticks, since several may look at once.
    private long _lookedAt;
    private long _takenBackAt;

    /// <summary>The endpoints that something is or will be due for. One look for all: an idle worker writes nothing.
    /// </summary>
    public async Task<List<DueEndpoint>> LookAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (now.Ticks < Interlocked.Exchange(ref _lookedAt, now.Ticks)) Volatile.Write(ref _takenBackAt, 0);
        if (now.Ticks - Volatile.Read(ref _takenBackAt) >= options.Value.ClaimTime.Ticks)
            await TakeBackAsync(now, stop);
        return await database.QueryAsync(
            $"""
            select * from (
                select {Endpoint.Columns}, (
                    select d.due_at from deliveries d where d.endpoint = e.id and d.due_at is not null
                    order by d.due_at limit 1) as first_due
                from endpoints e where e.state = 'Active') as waiting
            where first_due is not null
            order by first_due
            """,
            [], row => new DueEndpoint(Endpoint.Read(row), row.GetTime(Endpoint.ColumnCount)), stop);
    }

    /// <summary>What was written before the clock was set back is due now. Looked for at the start, when this process
    /// sees the clock go back, and else once in a while: it may have gone back while nobody looked.</summary>
    private async Task TakeBackAsync(DateTimeOffset now, CancellationToken stop)
    {
        // Clocks of replicas differ a little: what another has taken this moment is not taken back.
        object?[] times = [now, now + (2 * options.Value.ClaimTime)];
        var written = await database.QueryAsync(
            $"""
            select 1 from endpoints e where exists (
                select 1 from deliveries d where d.endpoint = e.id and {IsTooFarAhead}) limit 1
            """,
            times, row => row.GetInt32(0), stop);
        var count = written.Count > 0 ? TakenBackAtOnce : 0;
        while (count == TakenBackAtOnce)
        {
            await using var scope = scopes.CreateAsyncScope();
            var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
            await work.BeginAsync(stop);
            count = await work.ExecuteAsync(
                $"""
                with ahead as materialized (
                    select d.id from deliveries d
                    where d.endpoint in (select id from endpoints) and {IsTooFarAhead}
                    limit {TakenBackAtOnce}{database.ForUpdateSkipLocked()}
                )
                update deliveries set due_at = $1 where id in (select id from ahead)
                """,
                times, stop);
            await work.CommitAsync(stop);
        }
        Volatile.Write(ref _takenBackAt, now.Ticks);
    }

    public async Task<IReadOnlyList<DeliveryClaim>> TakeAsync(Endpoint endpoint, int limit, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        var taken = await work.QueryAsync(
            $"""
            with due as materialized (
                select id from deliveries where endpoint = $1 and due_at <= $2
                order by due_at, created_at limit $3{database.ForUpdateSkipLocked()}
            )
            update deliveries set
                attempts = attempts + 1, tries = tries + 1, first_tried_at = coalesce(first_tried_at, $2), due_at = $4
            where id in (select id from due)
            returning id, type, event_key, body, traceparent, attempts, tries, first_tried_at,
                coalesce(put_back_at, created_at)
            """,
            [endpoint.Id, now, limit, now + options.Value.ClaimTime],
            row => new DeliveryClaim(
                endpoint, row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetStringOrNull(4),
                row.GetInt32(5), row.GetInt32(6), row.GetTime(7), row.GetTime(8)),
            stop);
        await work.CommitAsync(stop);
        return taken;
    }
}

/// <param name="FirstDue">When the first of its deliveries is due.</param>
internal sealed record DueEndpoint(Endpoint Endpoint, DateTimeOffset FirstDue);

/// <param name="Attempt">1 when it is sent for the first time; counts on when it is delivered again.</param>
/// <param name="Try">1 after it was put into the queue.</param>
/// <param name="QueuedAt">When it was put into the queue the last time.</param>
internal sealed record DeliveryClaim(
    Endpoint Endpoint, Guid Id, string Type, string Key, string Body, string? TraceParent, int Attempt, int Try,
    DateTimeOffset FirstTriedAt, DateTimeOffset QueuedAt);
