using Microsoft.Data.Sqlite;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

/// <summary>Another process that does not let go of a file.</summary>
public sealed class LockedFileTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_stays_locked_fails_transiently_after_the_timeout_and_works_afterwards()
    {
        await using var database = new SqliteTestDatabase();
        var (store, _) = database.Open(options => options.WriteTimeout = TimeSpan.FromMilliseconds(200));
        await store.PrepareAsync(Stop);
        using (await LockAsync(database.File))
        {
            var failure = await Assert.ThrowsAsync<SqliteException>(async () => await store.BeginAsync(Stop));
            Assert.True(store.IsTransient(failure));
            Assert.Contains(database.File, failure.Message, StringComparison.Ordinal);
            Assert.Contains("another process", failure.Message, StringComparison.Ordinal);
        }
        await using var session = await store.BeginAsync(Stop);
        session.AppendOutbox([Some.OutboxRow()]);
        await session.CommitAsync(Stop);
    }

    [Fact]
    public async Task A_short_lock_of_another_process_costs_no_more_than_the_lock()
    {
        await using var database = new SqliteTestDatabase();
        var (store, _) = database.Open();
        await store.PrepareAsync(Stop);
        var locked = await LockAsync(database.File);
        var begin = store.BeginAsync(Stop).AsTask();
        Assert.False(begin.IsCompleted); // It waits without blocking this thread.
        locked.Dispose();
        await using var session = await begin.WithinAsync(Eventually.Bound, Stop);
        await session.CommitAsync(Stop);
    }

    [Fact]
    public async Task A_wait_for_the_lock_can_be_cancelled_and_leaves_the_queue_intact()
    {
        await using var database = new SqliteTestDatabase();
        var (store, _) = database.Open();
        await store.PrepareAsync(Stop);
        using var cancel = new CancellationTokenSource();
        using (await LockAsync(database.File))
        {
            var first = store.BeginAsync(cancel.Token).AsTask();
            var second = store.BeginAsync(cancel.Token).AsTask();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        }
        await (await store.BeginAsync(Stop)).DisposeAsync();
    }

    [Fact]
    public async Task A_log_that_stays_locked_says_so_and_works_afterwards()
    {
        await using var log =
            new LogUnderTest { Configure = options => options.SendTimeout = TimeSpan.FromMilliseconds(300) };
        var transport = await log.StartAsync("orders");
        using (await LockAsync(log.File))
        {
            var failure = await Assert.ThrowsAsync<TransportUnavailableException>(
                () => transport.SendAsync([Some.Message("orders", 0, "0")], Stop));
            Assert.Contains("is locked", failure.Message, StringComparison.Ordinal);
        }
        Assert.Empty((await transport.SendAsync([Some.Message("orders", 0, "0")], Stop)).Failures);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named()
    {
        await using var log = new LogUnderTest();
        await System.IO.File.WriteAllTextAsync(log.File, new string('x', 5000), Stop);
        var failure = await Assert.ThrowsAsync<TransportUnavailableException>(() => log.StartAsync("orders"));
        Assert.Contains(log.File, failure.Message, StringComparison.Ordinal);
    }

    private static async Task<SqliteConnection> LockAsync(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync(Stop);
        connection.BeginTransaction(deferred: false);
        return connection;
    }
}
