using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Webhooks;

/// <summary>What an attempt came to, in one transaction. What is not recorded is sent again when its claim runs out,
/// under the same id.</summary>
internal sealed partial class RecordAnswer(
    IServiceScopeFactory scopes, IDatabase database, DeliveryWake wake, IOptions<WebhookOptions> options,
    TimeProvider clock, ILogger<RecordAnswer> logger)
{
    private const int TriesKeptMax = 100;

    public async Task HandleAsync(DeliveryAnswer answer, CancellationToken stop)
    {
        var (claim, endpoint) = (answer.Claim, answer.Claim.Endpoint);
        var now = clock.GetUtcNow();
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        if (endpoint.IsOrdered) KeyLines.Lock(work, endpoint.Id, claim.Key, now);
        // The endpoint's row before those of its deliveries, as who resumes it locks them: who ends it takes all that
        // wait, and each of these may be held by an answer that wants the endpoint's row, or the next of its line.
        var (isClosed, reason) = await NoteEndpointAsync(work, answer, now, stop);
        NoteTry(work, answer);
        var isOver = answer.IsTaken || answer.IsGone || isClosed
            || now - claim.FirstTriedAt >= options.Value.GiveUpAfter;
        var changed = await work.ExecuteAsync(
            """
            update deliveries set state = $3, due_at = $4, ended_at = $5, status = $6, fault = $7
            where id = $1 and attempts = $2 and state = 'Waiting'
            """,
            [
                claim.Id, claim.Attempt, answer.IsTaken ? "Delivered" : isOver ? "Failed" : "Waiting",
                isOver ? null : now + DelayAfter(claim.Try, answer.Wait), isOver ? now : null, answer.Status,
                answer.Fault,
            ],
            stop);
        // Nothing: another has taken it since, and the delivery is that one's to move.
        if (changed > 0 && isOver && endpoint.IsOrdered) KeyLines.Advance(work, endpoint.Id, claim.Key, now);
        if (reason is not null)
        {
            FailWaiting(work, endpoint.Id, reason, now);
            if (!answer.IsGone) scope.ServiceProvider.GetRequiredService<TellDisabled>().Tell(endpoint);
        }
        work.AfterCommit(wake.Wake);
        await work.CommitAsync(stop);
        WebhookMetrics.Attempted(answer, isOver);
        if (reason is not null && answer.IsGone) Log.Ended(logger, endpoint.Id);
        else if (reason is not null) Log.Disabled(logger, endpoint.Id, options.Value.DisableAfter);
        if (!answer.IsTaken) Log.Failed(logger, claim.Id, endpoint.Id, claim.Attempt, answer.Fault!);
    }

    /// <summary>Longer each time, and never before the endpoint wants it.</summary>
    internal TimeSpan DelayAfter(int tries, TimeSpan? asked)
    {
        var longer = options.Value.RetryDelay * Math.Pow(4, Math.Min(tries - 1, 15));
        var delay = longer < options.Value.RetryDelayMax ? longer : options.Value.RetryDelayMax;
#pragma warning disable CA5394 // Jitter needs no secret randomness.
        delay *= 1 - (Random.Shared.NextDouble() / 4);
#pragma warning restore CA5394
        return asked > delay ? asked.Value : delay;
    }

    private static void NoteTry(UnitOfWork work, DeliveryAnswer answer)
    {
        work.Enqueue(
            """
            insert into attempts (delivery, number, at, url, took_ms, status, fault, answer)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (delivery, number) do nothing
            """,
            answer.Claim.Id, answer.Claim.Attempt, answer.At, answer.Claim.Endpoint.Url,
            (long)answer.Took.TotalMilliseconds, answer.Status, answer.Fault, answer.Text);
        work.Enqueue(
            "delete from attempts where delivery = $1 and number <= $2", answer.Claim.Id,
            answer.Claim.Attempt - TriesKeptMax);
    }

    /// <returns>Whether nothing was sent to it any more before this answer, and why the answer ended or disabled it;
    /// null when it did not.</returns>
    private async Task<(bool IsClosed, string? Reason)> NoteEndpointAsync(
        UnitOfWork work, DeliveryAnswer answer, DateTimeOffset now, CancellationToken stop)
    {
        var endpoint = answer.Claim.Endpoint.Id;
        var isClosed = false;
        if (answer.Claim.Endpoint.IsOrdered || !answer.IsTaken)
        {
            var states = await work.QueryAsync(
                $"select state from endpoints where id = $1{database.ForUpdate()}", [endpoint],
                row => row.GetString(0), stop);
            isClosed = states is [EndpointState.Disabled or EndpointState.Ended];
        }
        if (answer.IsTaken)
        {
            // Touched only when there is something to forget: all deliveries of an endpoint would wait for its row.
            work.Enqueue(
                "update endpoints set failing_since = null where id = $1 and failing_since is not null", endpoint);
            return (isClosed, null);
        }
        if (answer.IsGone)
        {
            return (isClosed, await TryEndAsync(
                work, endpoint, EndpointState.Ended, "It answered 410: it wants to hear nothing any more.", now, stop));
        }
        work.Enqueue("update endpoints set failing_since = $2 where id = $1 and failing_since is null", endpoint, now);
        var since = now - options.Value.DisableAfter;
        var isOverdue = await work.QueryAsync(
            "select 1 from endpoints where id = $1 and state = 'Active' and failing_since <= $2", [endpoint, since],
            row => row.GetInt32(0), stop);
        return (isClosed, isOverdue.Count == 0 ? null : await TryEndAsync(
            work, endpoint, EndpointState.Disabled,
            $"It took nothing for {options.Value.DisableAfter.TotalHours:0.#} hours.", now, stop));
    }

    /// <returns>The reason; null when another has ended it before.</returns>
    private static async Task<string?> TryEndAsync(
        UnitOfWork work, Guid endpoint, string state, string reason, DateTimeOffset now, CancellationToken stop) =>
        await work.ExecuteAsync(
            """
            update endpoints set state = $2, state_reason = $3, changed_at = $4
            where id = $1 and state in ('Active', 'Paused')
            """,
            [endpoint, state, reason, now], stop) > 0 ? reason : null;

    /// <summary>What is under way this moment keeps its place, or whoever resumes the endpoint and redelivers at once
    /// would have two of one key under way. Its own answer ends it, or <see cref="PruneDeliveries"/>.</summary>
    private static void FailWaiting(UnitOfWork work, Guid endpoint, string reason, DateTimeOffset now) => work.Enqueue(
        """
        update deliveries set state = 'Failed', due_at = null, ended_at = $2, fault = coalesce(fault, $3)
        where endpoint = $1 and state = 'Waiting' and (attempts = 0 or due_at is null or due_at <= $2 or exists (
            select 1 from attempts where delivery = deliveries.id and number = deliveries.attempts))
        """,
        endpoint, now, reason);

    private static partial class Log
    {
        [LoggerMessage(EventIds.AttemptFailed, LogLevel.Information,
            "Delivery {Delivery} to endpoint {Endpoint} failed at attempt {Attempt}: {Fault}")]
        public static partial void Failed(ILogger logger, Guid delivery, Guid endpoint, int attempt, string fault);

        [LoggerMessage(EventIds.EndpointDisabled, LogLevel.Warning,
            "Endpoint {Endpoint} took nothing for {Time} and is disabled")]
        public static partial void Disabled(ILogger logger, Guid endpoint, TimeSpan time);

        [LoggerMessage(EventIds.EndpointEnded, LogLevel.Warning,
            "Endpoint {Endpoint} answered 410 and gets nothing any more")]
        public static partial void Ended(ILogger logger, Guid endpoint);
    }
}
