using System.Text.Json;
using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;

namespace Tessera.OrderHop;

/// <summary>
/// The workload without a library, with the same guarantee: outbox, inbox, one transaction per received batch, array
/// inserts, one packed broker message per relay batch. It shows what is possible, not how code should read.
/// </summary>
internal sealed class FloorNode(NpgsqlDataSource source, NpgsqlDataSource lazy, FloorBroker broker, string outgoing)
{
    private const string InsertOutbox =
        "insert into floor_outbox (id, body) select * from unnest($1::uuid[], $2::bytea[])";

    private readonly Channel<FloorRow> _committed = Channel.CreateUnbounded<FloorRow>(
        new UnboundedChannelOptions { SingleReader = true });

    public static async Task<FloorNode> StartAsync(
        string connection, string uri, string incoming, string outgoing, bool inventory)
    {
        var source = NpgsqlDataSource.Create(connection);
        var lazy = NpgsqlDataSource.Create(connection + ";Options=-c synchronous_commit=off;Maximum Pool Size=2");
        await using (var create = source.CreateCommand("""
            create table if not exists floor_outbox (id uuid primary key, body bytea not null);
            create table if not exists floor_inbox (id uuid primary key)
            """))
        {
            await create.ExecuteNonQueryAsync();
        }
        var node = new FloorNode(source, lazy, await FloorBroker.ConnectAsync(uri, incoming, outgoing), outgoing);
        Start(node.RelayAsync());
        Start(node.ConsumeAsync(incoming, inventory));
        return node;
    }

    public async Task PlaceAsync(Guid order, int sku, int quantity, DateTimeOffset created)
    {
        var row = new FloorRow(
            Guid.CreateVersion7(), JsonSerializer.SerializeToUtf8Bytes(new OrderPlaced(order, sku, quantity)));
        await using var connection = await source.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("begin"));
        batch.BatchCommands.Add(
            new("insert into orders (id, sku, quantity, status, created) values ($1, $2, $3, 'placed', $4)")
            {
                Parameters = { P(order), P(sku), P(quantity), P(created) },
            });
        batch.BatchCommands.Add(
            new("insert into floor_outbox (id, body) values ($1, $2)") { Parameters = { P(row.Id), P(row.Body) } });
        batch.BatchCommands.Add(new("commit"));
        await batch.ExecuteNonQueryAsync();
        _committed.Writer.TryWrite(row);
    }

    private async Task RelayAsync()
    {
        var rows = new List<FloorRow>(256);
        while (await _committed.Reader.WaitToReadAsync())
        {
            rows.Clear();
            while (rows.Count < 256 && _committed.Reader.TryRead(out var row)) rows.Add(row);
            await broker.SendAsync(outgoing, FloorBroker.Pack(rows));
            await using var delete = lazy.CreateCommand("delete from floor_outbox where id = any($1)");
            delete.Parameters.Add(Ids(rows));
            await delete.ExecuteNonQueryAsync();
        }
    }

    private Task ConsumeAsync(string incoming, bool inventory) => broker.ConsumeAsync(incoming, 64, async bodies =>
    {
        var rows = bodies.SelectMany(FloorBroker.Unpack).ToList();
        await using var connection = await source.OpenConnectionAsync();
        var fresh = await AdmitAsync(connection, rows);
        await using var batch = new NpgsqlBatch(connection);
        var published = new List<FloorRow>(fresh.Count);
        if (inventory) Reserve(batch, fresh, published);
        else Confirm(batch, fresh);
        batch.BatchCommands.Add(new("commit"));
        await batch.ExecuteNonQueryAsync();
        foreach (var row in published) _committed.Writer.TryWrite(row);
    });

    private static async Task<List<FloorRow>> AdmitAsync(NpgsqlConnection connection, List<FloorRow> rows)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("begin"));
        batch.BatchCommands.Add(
            new("insert into floor_inbox select * from unnest($1::uuid[]) on conflict do nothing returning id")
            {
                Parameters = { Ids(rows) },
            });
        var fresh = new HashSet<Guid>();
        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.ReadAsync()) fresh.Add(reader.GetGuid(0));
        return [.. rows.Where(row => fresh.Contains(row.Id))];
    }

    /// <summary>Statements per event, pipelined: what ordinary handlers would issue.</summary>
    private static void Reserve(NpgsqlBatch batch, List<FloorRow> rows, List<FloorRow> published)
    {
        foreach (var placed in rows.Select(row => JsonSerializer.Deserialize<OrderPlaced>(row.Body)!)
            .OrderBy(placed => placed.Sku))
        {
            batch.BatchCommands.Add(new("update stock set available = available - $2 where sku = $1")
            {
                Parameters = { P(placed.Sku), P(placed.Quantity) },
            });
            batch.BatchCommands.Add(new("insert into reservations (order_id, sku, quantity) values ($1, $2, $3)")
            {
                Parameters = { P(placed.Order), P(placed.Sku), P(placed.Quantity) },
            });
            published.Add(new FloorRow(
                Guid.CreateVersion7(), JsonSerializer.SerializeToUtf8Bytes(new StockReserved(placed.Order))));
        }
        if (published.Count == 0) return;
        batch.BatchCommands.Add(new(InsertOutbox)
        {
            Parameters =
            {
                Ids(published),
                new()
                {
                    Value = published.Select(row => row.Body).ToArray(),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
                },
            },
        });
    }

    private static void Confirm(NpgsqlBatch batch, List<FloorRow> rows)
    {
        foreach (var reserved in rows.Select(row => JsonSerializer.Deserialize<StockReserved>(row.Body)!))
        {
            batch.BatchCommands.Add(
                new("update orders set status = 'confirmed', confirmed = clock_timestamp() where id = $1")
                {
                    Parameters = { P(reserved.Order) },
                });
        }
    }

    private static NpgsqlParameter<T> P<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter Ids(List<FloorRow> rows) =>
        new() { Value = rows.Select(row => row.Id).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };

    /// <summary>A failure ends the process: a floor run with a failure has no figure.</summary>
    private static void Start(Task loop) => loop.ContinueWith(
        ended => Environment.FailFast(ended.Exception?.ToString()), CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
