using Microsoft.Data.Sqlite;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

public sealed class LogWriterTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new("log");
    private LogWriter _writer = null!;
    private int _announced;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string File => _folder.File("events.db");

    public async ValueTask InitializeAsync()
    {
        await SqliteFile.CreateAsync(File, TimeSpan.FromSeconds(5), TimeProvider.System, Stop);
        _writer = new LogWriter(
            File, TimeSpan.FromSeconds(5), long.MaxValue,
            () => Interlocked.Increment(ref _announced), TimeProvider.System);
        await _writer.RunAsync(
            LogWrite.Note, link => link.Execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"), Stop);
    }

    [Fact]
    public async Task An_append_waits_for_the_disk_and_a_note_does_not()
    {
        const string asked = "PRAGMA synchronous";
        Assert.Equal(2, await _writer.RunAsync(LogWrite.Append, link => link.QueryNumber(asked), Stop));
        Assert.Equal(1, await _writer.RunAsync(LogWrite.Note, link => link.QueryNumber(asked), Stop));
        Assert.Equal(2, await _writer.RunAsync(LogWrite.Append, link => link.QueryNumber(asked), Stop));
    }

    [Fact]
    public async Task Many_writes_that_wait_share_one_commit()
    {
        Task[] writes;
        await using (await LockAsync())
        {
            // The first is taken alone and waits for the lock; the others gather behind it.
            writes = [.. Enumerable.Range(0, 100).Select(number => WriteAsync(number))];
        }
        await Task.WhenAll(writes).WithinAsync(Eventually.Bound, Stop);
        Assert.Equal(
            100, await _writer.RunAsync(LogWrite.Note, link => link.QueryNumber("SELECT COUNT(*) FROM numbers"), Stop));
        Assert.InRange(_announced, 1, 3);
    }

    [Fact]
    public async Task A_write_that_fails_does_not_take_the_others_of_its_commit_with_it()
    {
        var outcomes = new List<Task<int>>();
        await using (await LockAsync())
        {
            // 3 is there already: the key forbids it.
            for (var number = 0; number < 20; number++)
                outcomes.Add(number == 7 ? WriteAsync(3) : WriteAsync(number));
        }
        var failed = await Assert.ThrowsAsync<TransportUnavailableException>(() => outcomes[7]);
        Assert.Contains("UNIQUE", failed.Message, StringComparison.Ordinal);
        await Task.WhenAll(outcomes.Where((_, number) => number != 7));
        Assert.Equal(
            19, await _writer.RunAsync(LogWrite.Note, link => link.QueryNumber("SELECT COUNT(*) FROM numbers"), Stop));
    }

    [Fact]
    public async Task What_waits_when_the_process_ends_is_still_written()
    {
        var write = WriteAsync(1);
        _writer.Dispose();
        Assert.Equal(1, await write);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => WriteAsync(2));
    }

    public ValueTask DisposeAsync()
    {
        _writer.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<int> WriteAsync(int number) => _writer.RunAsync(
        LogWrite.Append, link => link.Execute("INSERT INTO numbers (number) VALUES ($1)", number), Stop);

    private async Task<SqliteConnection> LockAsync()
    {
        var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        await connection.OpenAsync(Stop);
        connection.BeginTransaction(deferred: false);
        return connection;
    }
}
