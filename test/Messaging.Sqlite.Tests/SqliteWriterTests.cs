using Microsoft.Data.Sqlite;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

public sealed class SqliteWriterTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new("store");
    private readonly List<SqliteWriter> _writers = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string File => _folder.File("orders.db");

    public async ValueTask InitializeAsync() =>
        await SqliteFile.CreateAsync(File, TimeSpan.FromSeconds(5), TimeProvider.System, Stop);

    [Fact]
    public async Task A_transaction_has_the_write_lock_from_its_beginning()
    {
        using var turn = await NewWriter().BeginAsync(durable: true, Stop);
        await using var other = new SqliteConnection($"Data Source={File};Pooling=False");
        await other.OpenAsync(Stop);
        _ = SQLitePCL.raw.sqlite3_busy_timeout(other.Handle, 0);
        Assert.Equal(SQLitePCL.raw.SQLITE_BUSY, SQLitePCL.raw.sqlite3_exec(other.Handle, "BEGIN IMMEDIATE"));
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk_unless_its_loss_only_repeats_work()
    {
        var writer = NewWriter();
        foreach (var (durable, synchronous) in new[] { (true, 2L), (false, 1L), (true, 2L) })
        {
            using var turn = await writer.BeginAsync(durable, Stop);
            Assert.Equal(synchronous, turn.Link.QueryNumber("PRAGMA synchronous"));
            turn.Commit();
        }
    }

    [Fact]
    public async Task Transactions_of_one_process_take_their_turns_in_order()
    {
        var writer = NewWriter();
        var order = new List<int>();
        var first = await writer.BeginAsync(durable: false, Stop);
        var waiting = Enumerable.Range(0, 20).Select(async number =>
        {
            using var turn = await writer.BeginAsync(durable: false, Stop);
            lock (order) order.Add(number);
        }).ToList();
        first.Dispose();
        await Task.WhenAll(waiting).WithinAsync(Eventually.Bound, Stop);
        Assert.Equal(Enumerable.Range(0, 20), order);
    }

    [Fact]
    public async Task A_process_that_writes_without_a_break_does_not_starve_another()
    {
        var (busy, modest) = (NewWriter(), NewWriter());
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await WriteAsync(busy);
        await WriteAsync(modest);
        var hogs = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested) await WriteAsync(busy);
        }, Stop)).ToList();
        for (var number = 0; number < 10; number++) await WriteAsync(modest).WithinAsync(Eventually.Bound, Stop);
        await enough.CancelAsync();
        await Task.WhenAll(hogs);
    }

    [Fact]
    public async Task A_transaction_that_ends_without_a_commit_leaves_nothing()
    {
        var writer = NewWriter();
        using (var turn = await writer.BeginAsync(durable: true, Stop))
            turn.Link.Execute("CREATE TABLE gone (number INTEGER)");
        using var next = await writer.BeginAsync(durable: true, Stop);
        Assert.Equal(0, next.Link.QueryNumber("SELECT COUNT(*) FROM sqlite_master WHERE name = 'gone'"));
    }

    public ValueTask DisposeAsync()
    {
        foreach (var writer in _writers) writer.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private SqliteWriter NewWriter()
    {
        var writer = new SqliteWriter(File, TimeSpan.FromSeconds(15), 64, TimeProvider.System);
        _writers.Add(writer);
        return writer;
    }

    private static async Task WriteAsync(SqliteWriter writer)
    {
        using var turn = await writer.BeginAsync(durable: false, Stop);
        turn.Link.Execute("CREATE TABLE IF NOT EXISTS numbers (number INTEGER)");
        turn.Link.Execute("INSERT INTO numbers VALUES (1)");
        turn.Commit();
    }
}
