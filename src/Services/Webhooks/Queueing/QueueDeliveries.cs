using System.Text.Json;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

/// <summary>Writes down what is to be delivered, in the transaction in which it was heard: what is in the inbox is in
/// the queue, and the other way round.</summary>
internal sealed class QueueDeliveries(UnitOfWork work, IDatabase database, DeliveryWake wake, TimeProvider clock)
{
    private readonly HashSet<(string Type, string Key)> _expected = [];
    private readonly Dictionary<string, IReadOnlyList<Listener>> _listeners = new(StringComparer.Ordinal);

    /// <summary>Announces what will be queued for all, so that the lines of a whole batch are locked in one order.
    /// </summary>
    public void Expect(string type, string key) => _expected.Add((type, key));

    /// <summary>For everybody who asked for events of the type.</summary>
    public async Task ForAllAsync<TData>(
        EventEnvelope heard, string type, TData data, CancellationToken stop)
    {
        if (_expected.Count > 0) await LockExpectedAsync(stop);
        var listeners = await ListenersAsync(type, stop);
        if (listeners.Count == 0) return;
        var body = BodyOf(type, heard.Time, data);
        foreach (var listener in listeners)
        {
            Queue(listener, new Message(
                MessageId.Of(listener.Endpoint, heard.Id), type, heard.Key, body, heard.TraceParent));
        }
    }

    /// <summary>For one endpoint, in a unit of work that is begun.</summary>
    public Guid ForOne<TData>(Listener listener, string type, string key, TData data, string? traceParent)
    {
        var now = clock.GetUtcNow();
        var message = new Message(
            MessageId.Of(listener.Endpoint, Guid.CreateVersion7(now)), type, key, BodyOf(type, now, data), traceParent);
        Queue(listener, message);
        return message.Id;
    }

    private async Task LockExpectedAsync(CancellationToken stop)
    {
        var endpoints = new HashSet<Guid>();
        foreach (var type in _expected.Select(each => each.Type).Distinct(StringComparer.Ordinal))
        {
            endpoints.UnionWith((await ListenersAsync(type, stop)).Where(JoinsLines).Select(each => each.Endpoint));
        }
        var keys = _expected.Select(each => each.Key).ToHashSet(StringComparer.Ordinal);
        _expected.Clear();
        if (endpoints.Count * keys.Count > 1) await KeyLines.LockAllAsync(work, database, endpoints, keys, stop);
    }

    private static bool JoinsLines(Listener listener) =>
        listener.IsOrdered && listener.State != EndpointState.Disabled;

    private static string BodyOf<TData>(string type, DateTimeOffset at, TData data) =>
        JsonSerializer.Serialize(new PublicEvent<TData>(type, at, data), JsonSerializerOptions.Web);

    private async Task<IReadOnlyList<Listener>> ListenersAsync(string type, CancellationToken stop)
    {
        if (!_listeners.TryGetValue(type, out var listeners))
            _listeners[type] = listeners = await ListenersOfAsync(type, stop);
        return listeners;
    }

    private Task<List<Listener>> ListenersOfAsync(string type, CancellationToken stop) => work.QueryAsync(
        """
        select e.id, e.is_ordered, e.state from endpoint_types t join endpoints e on e.id = t.endpoint
        where t.type = $1 and e.state in ('Active', 'Paused', 'Disabled') order by e.id
        """,
        [type], row => new Listener(row.GetGuid(0), row.GetBoolean(1), row.GetString(2)), stop);

    private void Queue(Listener listener, Message message)
    {
        var now = clock.GetUtcNow();
        if (listener.State == EndpointState.Disabled) Keep(listener, message, now);
        else if (JoinsLines(listener)) JoinLine(listener, message, now);
        else Add(listener, message, now);
        work.AfterCommit(wake.Wake);
    }

    /// <summary>Nobody is disturbed with it, and it is there when the endpoint is well again.</summary>
    private void Keep(Listener listener, Message message, DateTimeOffset now) => work.Enqueue(
        """
        insert into deliveries (id, endpoint, type, event_key, body, traceparent, state, attempts, tries, created_at,
            ended_at, fault)
        values ($1, $2, $3, $4, $5, $6, 'Failed', 0, 0, $7, $7, 'The endpoint was disabled.')
        on conflict (id) do nothing
        """,
        message.Id, listener.Endpoint, message.Type, message.Key, message.Body, message.TraceParent, now);

    private void Add(Listener listener, Message message, DateTimeOffset now) => work.Enqueue(
        """
        insert into deliveries (id, endpoint, type, event_key, body, traceparent, state, attempts, tries, due_at,
            created_at)
        values ($1, $2, $3, $4, $5, $6, 'Waiting', 0, 0, $7, $7)
        on conflict (id) do nothing
        """,
        message.Id, listener.Endpoint, message.Type, message.Key, message.Body, message.TraceParent, now);

    private void JoinLine(Listener listener, Message message, DateTimeOffset now)
    {
        KeyLines.Lengthen(work, listener.Endpoint, message.Key, now);
        work.Enqueue(
            $"""
            insert into deliveries (id, endpoint, type, event_key, body, traceparent, state, attempts, tries,
                created_at, position, due_at)
            values ($1, $2, $3, $4, $5, $6, 'Waiting', 0, 0, $7,
                {KeyLines.Last("$2", "$4")}, case when {KeyLines.HasWaiting("$2", "$4")} then null else $7 end)
            on conflict (id) do nothing
            """,
            message.Id, listener.Endpoint, message.Type, message.Key, message.Body, message.TraceParent, now);
    }

    private sealed record Message(Guid Id, string Type, string Key, string Body, string? TraceParent);
}

/// <summary>An endpoint that something is to be queued for.</summary>
internal sealed record Listener(Guid Endpoint, bool IsOrdered, string State);
