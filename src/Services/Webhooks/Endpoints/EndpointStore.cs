using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

/// <summary>The endpoints in the database, as a caller may see them.</summary>
internal sealed class EndpointStore(IDatabase database, UnitOfWork work, DeliveryWake wake, TimeProvider clock)
{
    /// <summary>Null when there is none, or it is another's.</summary>
    public async Task<Endpoint?> FindAsync(Guid id, Caller caller, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            $"select {Endpoint.Columns} from endpoints e where e.id = $1 and e.state <> 'Deleted'",
            [id], Endpoint.Read, stop);
        return found.Count > 0 && Owns(caller, found[0].Owner) ? found[0] : null;
    }

    /// <summary>A machine sees its own alone, whatever other scopes it has; a person who is an operator sees all.
    /// </summary>
    public static bool Owns(Caller caller, Guid owner) =>
        owner == caller.Id || (caller.IsOperator && !caller.IsMachine);

    public async Task<ILookup<Guid, string>> TypesOfAsync(
        IReadOnlyCollection<Guid> endpoints, CancellationToken stop) =>
        (await database.QueryAsync(
            $"select endpoint, type from endpoint_types where {database.In("endpoint", 1)}",
            [database.List(endpoints)], row => (Endpoint: row.GetGuid(0), Type: row.GetString(1)), stop))
        .ToLookup(pair => pair.Endpoint, pair => pair.Type);

    /// <summary>False when its owner has as many as one may have.</summary>
    public async Task<bool> TryAddAsync(
        Endpoint endpoint, IEnumerable<string> types, int ownersMax, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        await work.ExecuteAsync(
            "insert into endpoint_owners (owner) values ($1) on conflict (owner) do update set owner = excluded.owner",
            [endpoint.Owner], stop);
        var has = await work.QueryAsync(
            "select count(*) from endpoints where owner = $1 and state <> 'Deleted'", [endpoint.Owner],
            row => row.GetInt64(0), stop);
        if (has[0] >= ownersMax) return false;
        work.Enqueue(
            """
            insert into endpoints (id, owner, url, description, is_ordered, state, secret, created_at, changed_at,
                contact)
            values ($1, $2, $3, $4, $5, 'Active', $6, $7, $7, $8)
            """,
            endpoint.Id, endpoint.Owner, endpoint.Url, endpoint.Description, endpoint.IsOrdered, endpoint.Secret,
            endpoint.CreatedAt, endpoint.Contact);
        AddTypes(endpoint.Id, types);
        await work.CommitAsync(stop);
        return true;
    }

    /// <summary>Only when none has its address, whoever's it is. Of several at once one adds it.</summary>
    public async Task AddUnlessThereAsync(Endpoint endpoint, IEnumerable<string> types, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        var added = await work.ExecuteAsync(
            """
            insert into endpoints (id, owner, url, description, is_ordered, state, secret, created_at, changed_at)
            select $1, $2, $3, $4, $5, 'Active', $6, $7, $7
            where not exists (select 1 from endpoints where url = $3 and state <> 'Deleted')
            on conflict (id) do nothing
            """,
            [
                endpoint.Id, endpoint.Owner, endpoint.Url, endpoint.Description, endpoint.IsOrdered, endpoint.Secret,
                endpoint.CreatedAt,
            ], stop);
        if (added > 0) AddTypes(endpoint.Id, types);
        await work.CommitAsync(stop);
    }

    /// <summary>Gives the endpoint that waits under the same address for its owner to the one who registers it, with
    /// what has waited there; null when there is none.</summary>
    public async Task<Endpoint?> AdoptAsync(Endpoint registered, IEnumerable<string> types, CancellationToken stop)
    {
        var waiting = await database.QueryAsync(
            $"select {Endpoint.Columns} from endpoints e where e.owner = $1 and e.url = $2 and e.state <> 'Deleted'",
            [MakeOwnEndpoint.Nobody, registered.Url], Endpoint.Read, stop);
        if (waiting.Count == 0) return null;
        await work.BeginAsync(stop);
        var adopted = await work.ExecuteAsync(
            """
            update endpoints set owner = $2, description = $3, contact = $4, secret = $5, changed_at = $6
            where id = $1 and owner = $7 and state <> 'Deleted'
            """,
            [
                waiting[0].Id, registered.Owner, registered.Description, registered.Contact, registered.Secret,
                clock.GetUtcNow(), MakeOwnEndpoint.Nobody,
            ], stop);
        if (adopted > 0)
        {
            work.Enqueue("delete from endpoint_types where endpoint = $1", waiting[0].Id);
            AddTypes(waiting[0].Id, types);
        }
        await work.CommitAsync(stop);
        if (adopted == 0) return null; // Another process of the owner was first.
        return waiting[0] with
        {
            Owner = registered.Owner, Description = registered.Description, Contact = registered.Contact,
            Secret = registered.Secret,
        };
    }

    public async Task ChangeAsync(Guid id, ChangeEndpointRequest request, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        work.EnqueueOne(
            """
            update endpoints set url = $2, description = $3, contact = $4, changed_at = $5
            where id = $1 and state <> 'Deleted'
            """,
            id, request.Url, request.Description, request.Contact, clock.GetUtcNow());
        work.Enqueue("delete from endpoint_types where endpoint = $1", id);
        AddTypes(id, request.Types);
        await work.CommitAsync(stop);
    }

    public async Task ReplaceSecretAsync(
        Guid id, string secret, string previous, DateTimeOffset previousUntil, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        // Two at once: the later one would forget a secret that was given out. It is told so instead.
        work.EnqueueOne(
            """
            update endpoints set secret = $2, previous_secret = $3, previous_until = $4, changed_at = $5
            where id = $1 and secret = $3 and state <> 'Deleted'
            """,
            id, secret, previous, previousUntil, clock.GetUtcNow());
        await work.CommitAsync(stop);
    }

    public async Task PauseAsync(Guid id, Act act, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await work.BeginAsync(stop);
        var paused = await work.ExecuteAsync(
            "update endpoints set state = 'Paused', changed_at = $2 where id = $1 and state = 'Active'",
            [id, now], stop);
        if (paused > 0) act.Record(work, id, now);
        await work.CommitAsync(stop);
    }

    /// <summary>What waits is tried at once and for the whole time again.</summary>
    public async Task ResumeAsync(Guid id, Act act, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await work.BeginAsync(stop);
        var resumed = await work.ExecuteAsync(
            """
            update endpoints set state = 'Active', state_reason = null, failing_since = null, changed_at = $2
            where id = $1 and state in ('Paused', 'Disabled', 'Ended')
            """,
            [id, now], stop);
        if (resumed > 0)
        {
            act.Record(work, id, now);
            // Also the head of a line that something joined while the endpoint was being disabled. What a worker has
            // taken and not recorded may be under way this moment: it comes back by itself.
            work.Enqueue(
                """
                update deliveries set due_at = $2, tries = 0, first_tried_at = null
                where endpoint = $1 and state = 'Waiting'
                and (attempts = 0 or due_at is null or due_at <= $2 or exists (
                    select 1 from attempts where delivery = deliveries.id and number = deliveries.attempts))
                and not exists (
                    select 1 from deliveries as before
                    where before.endpoint = $1 and before.event_key = deliveries.event_key
                        and before.state = 'Waiting' and before.position is not null
                        and before.position < deliveries.position)
                """,
                id, now);
            work.AfterCommit(wake.Wake);
        }
        await work.CommitAsync(stop);
    }

    public async Task DeleteAsync(Guid id, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        work.Enqueue(
            "update endpoints set state = 'Deleted', contact = null, changed_at = $2 where id = $1",
            id, clock.GetUtcNow());
        work.Enqueue("delete from endpoint_types where endpoint = $1", id);
        await work.CommitAsync(stop);
    }

    private void AddTypes(Guid endpoint, IEnumerable<string> types)
    {
        foreach (var type in types.Distinct(StringComparer.Ordinal))
            work.EnqueueInsert("insert into endpoint_types (type, endpoint) values ($1, $2)", type, endpoint);
    }
}
