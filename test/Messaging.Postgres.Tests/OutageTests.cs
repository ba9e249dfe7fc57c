using System.Collections.Concurrent;
using System.Globalization;
using Tessera.Messaging.Store;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>A server that goes away in the middle, and comes back. It has a server of its own to treat so.</summary>
public sealed class OutageTests(OutageTests.OwnServer own) : IClassFixture<OutageTests.OwnServer>
{
    private static readonly TimeSpan ResumesWithin = TimeSpan.FromSeconds(10);
    private readonly PostgresServer _server = own.Server;

    [Fact]
    public Task Nothing_is_lost_when_the_server_is_restarted() => LosesNothingAsync(() => _server.RestartAsync());

    [Fact]
    public Task Nothing_is_lost_when_the_server_is_killed() => LosesNothingAsync(async () =>
    {
        await _server.KillAsync();
        await _server.StartAsync();
    });

    [Fact]
    public Task Nothing_is_lost_when_the_server_freezes() => LosesNothingAsync(async () =>
    {
        await _server.PauseAsync();
        await Task.Delay(TimeSpan.FromSeconds(4), Stop); // Longer than any statement may take.
        await _server.ResumeAsync();
    });

    [Fact]
    public async Task Another_server_is_noticed_although_no_connection_was_lost()
    {
        _server.RequireOwn();
        await using var db = await CreateAsync(_server);
        await db.PublishAsync([.. Enumerable.Range(0, 8).Select(n => Some.OutboxRow(n % 4, $"{n}"))]);
        await db.Store.SettleOutboxAsync(await db.Store.ReadOutboxAsync([0, 1, 2, 3], 10, Some.Time, Stop), Stop);
        Assert.Empty(await db.Store.ReadOutboxAsync([0, 1, 2, 3], 10, Some.Time, Stop));
        db.Database.DataSource.Clear(); // As behind a pooler, which has the server's end of the connections.
        await _server.RestartAsync();
        await db.RunAsync("alter table msg_outbox alter column id restart with 1"); // As one that was restored.
        await db.PublishAsync(Some.OutboxRow(2, "first"));
        await db.RunAsync("alter table msg_outbox alter column id restart with 100");
        await db.PublishAsync(Some.OutboxRow(2, "second"));
        var rows = await db.Store.ReadOutboxAsync([0, 1, 2, 3], 10, Some.Time, Stop);
        Assert.Equal(["first", "second"], rows.Select(row => row.Event.Key));
    }

    private async Task LosesNothingAsync(Func<Task> outage)
    {
        _server.RequireOwn();
        await using var db = await CreateAsync(_server, options =>
        {
            options.CommandTimeout = TimeSpan.FromSeconds(1);
            options.ConnectTimeout = TimeSpan.FromSeconds(1);
        });
        await db.RunAsync("create table placed (id int primary key)");
        await using var relayOfAnother = db.Another(options => options.CommandTimeout = TimeSpan.FromSeconds(1));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var (placed, sent) = (0, new ConcurrentDictionary<string, int>());
        var publishing = RepeatAsync(db.Store, async () =>
        {
            // The client's retry: the commit that was lost with its connection may have happened.
            var known = await db.Database.QueryAsync(
                "select 1 from placed where id = $1", [placed], row => row.GetInt32(0), Stop);
            if (known.Count == 0)
            {
                await using var session = await db.Store.BeginAsync(Stop);
                session.Enqueue("insert into placed values ($1)", [placed], rowsExpected: 1);
                session.AppendOutbox([Some.OutboxRow(placed % 4, placed.ToString(CultureInfo.InvariantCulture))]);
                await session.CommitAsync(Stop);
            }
            placed++;
        }, end.Token);
        Task[] relays = [RelayAsync(db.Store, sent, end.Token), RelayAsync(relayOfAnother.Store, sent, end.Token)];
        await Eventually.HoldsAsync("events flow", () => sent.Count > 50, stop: Stop);
        await outage();
        var atReturn = sent.Count;
        await Eventually.InTimeAsync("events flow again", () => sent.Count > atReturn + 50, ResumesWithin, Stop);
        await end.CancelAsync();
        await publishing;
        await Task.WhenAll(relays);
        await Eventually.InTimeAsync("the outbox is empty", () => DrainAsync(db.Store, sent), ResumesWithin, Stop);
        Assert.Equal(Enumerable.Range(0, placed), sent.Keys.Select(int.Parse).Order());
        Assert.Equal(placed, await db.ScalarAsync<long>("select count(*) from placed"));
    }

    private static Task RelayAsync(
        IMessageStore store, ConcurrentDictionary<string, int> sent, CancellationToken end) =>
        RepeatAsync(store, async () =>
        {
            await DrainAsync(store, sent);
            await Task.Delay(2, Stop);
        }, end);

    private static async Task<bool> DrainAsync(IMessageStore store, ConcurrentDictionary<string, int> sent)
    {
        var rows = await store.ReadOutboxAsync([0, 1, 2, 3], 100, Some.Time, Stop);
        foreach (var row in rows) sent.AddOrUpdate(row.Event.Key, 1, (_, times) => times + 1);
        await store.SettleOutboxAsync(rows, Stop);
        return rows.Count == 0;
    }

    /// <summary>As every loop of the library does: a transient failure is waited out, any other ends it.</summary>
    private static async Task RepeatAsync(IMessageStore store, Func<Task> work, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await work();
            }
            catch (Exception failure) when (store.IsTransient(failure))
            {
                await Task.Delay(50, Stop);
            }
        }
    }

    public sealed class OwnServer : IAsyncLifetime
    {
        public PostgresServer Server { get; } = new();

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
