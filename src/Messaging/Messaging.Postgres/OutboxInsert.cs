using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>The insert of published events: plain for one, from arrays for several.</summary>
/// <remarks>The condition is always true, and is decided before the first row: so the transaction has its number before
/// it draws an id, and no event can come from one that the relay's <see cref="Fence"/> does not know.</remarks>
internal static class OutboxInsert
{
    internal const string One = """
        insert into msg_outbox (shard, event_id, stream, key, type, source, time, traceparent, tracestate, data)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 where pg_current_xact_id() is not null
        """;

    internal const string Many = """
        insert into msg_outbox (shard, event_id, stream, key, type, source, time, traceparent, tracestate, data)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) where pg_current_xact_id() is not null
        """;

    public static NpgsqlBatchCommand Of(IReadOnlyList<OutboxRow> rows) =>
        rows.Count == 1 ? OfOne(rows[0]) : OfMany(rows);

    private static NpgsqlBatchCommand OfOne(OutboxRow row) => new(One)
    {
        Parameters =
        {
            Parameters.Of(row.Shard), Parameters.Of(row.Event.Id), Parameters.Of(row.Event.Stream),
            Parameters.Of(row.Event.Key), Parameters.Of(row.Event.Type), Parameters.Of(row.Event.Source),
            Parameters.Of(row.Event.Time), Parameters.OfNullable(row.Event.TraceParent),
            Parameters.OfNullable(row.Event.TraceState), Parameters.Of(row.Event.Data),
        },
    };

    /// <remarks>unnest gives the rows in the arrays' order, and the ids are drawn as they are inserted.</remarks>
    private static NpgsqlBatchCommand OfMany(IReadOnlyList<OutboxRow> rows)
    {
        var shard = new int[rows.Count];
        for (var i = 0; i < shard.Length; i++) shard[i] = rows[i].Shard;
        var events = new EventArrays(rows.Count);
        foreach (var row in rows) events.Add(row.Event);
        var command = new NpgsqlBatchCommand(Many) { Parameters = { Parameters.Array(shard) } };
        events.AddTo(command.Parameters);
        return command;
    }
}

/// <summary>The columns of several events, as <c>unnest</c> wants them.</summary>
internal sealed class EventArrays(int count)
{
    private readonly Guid[] _id = new Guid[count];
    private readonly string[] _stream = new string[count];
    private readonly string[] _key = new string[count];
    private readonly string[] _type = new string[count];
    private readonly string[] _source = new string[count];
    private readonly DateTime[] _time = new DateTime[count];
    private readonly string?[] _traceParent = new string?[count];
    private readonly string?[] _traceState = new string?[count];
    private readonly ReadOnlyMemory<byte>[] _data = new ReadOnlyMemory<byte>[count];
    private int _next;

    public void Add(EventEnvelope envelope)
    {
        var i = _next++;
        (_id[i], _stream[i], _key[i]) = (envelope.Id, envelope.Stream, envelope.Key);
        (_type[i], _source[i], _time[i]) = (envelope.Type, envelope.Source, envelope.Time.UtcDateTime);
        (_traceParent[i], _traceState[i], _data[i]) = (envelope.TraceParent, envelope.TraceState, envelope.Data);
    }

    public void AddTo(NpgsqlParameterCollection parameters)
    {
        parameters.Add(Parameters.Array(_id));
        parameters.Add(Parameters.Array(_stream));
        parameters.Add(Parameters.Array(_key));
        parameters.Add(Parameters.Array(_type));
        parameters.Add(Parameters.Array(_source));
        parameters.Add(Parameters.Array(_time));
        parameters.Add(Parameters.Array(_traceParent));
        parameters.Add(Parameters.Array(_traceState));
        parameters.Add(Parameters.Array(_data));
    }
}
