using Tessera.Messaging.Store;
using Tessera.Testing;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>How a relay reads a shard and settles what it has read.</summary>
public enum ReadingWay
{
    /// <summary>What was sent is settled with the next read.</summary>
    Together,

    /// <summary>By itself, as a relay does that finds nothing more to do.</summary>
    Apart,

    /// <summary>Behind the rows that are on their way, one reading long.</summary>
    Ahead,

    /// <summary>Another key of the shard is held, of which nothing waits.</summary>
    KeyHeld,

    /// <summary>Another key of the shard is held, whose row stands before all others.</summary>
    RowHeld,
}

/// <summary>A relay of one shard that sends whatever it reads.</summary>
internal sealed class RelayReads(StoreUnderTest db, int shard, ReadingWay way)
{
    private IReadOnlyList<OutboxRow> _onTheirWay = [];

    /// <summary>In the order in which they were read.</summary>
    public List<string> Sent { get; } = [];

    public async Task BeginAsync()
    {
        if (way is not (ReadingWay.RowHeld or ReadingWay.KeyHeld)) return;
        await db.PublishAsync(Some.OutboxRow(shard, "held"));
        var row = (await db.Store.ReadOutboxAsync([shard], 1, Some.Time, Stop))[0];
        await db.Store.HoldKeysAsync([new RefusedRow(row, "too large", 1, Some.Time.AddDays(1))], Stop);
        if (way is ReadingWay.KeyHeld) await db.RunAsync("delete from msg_outbox where key = 'held'");
    }

    public async Task ReadAsync()
    {
        var read = way is ReadingWay.Ahead && _onTheirWay.Count > 0
            ? await db.Store.SettleAndReadAheadAsync([], _onTheirWay, [shard], 10, Some.Time, Stop)
            : null;
        if (read is { Count: > 0 } ahead)
        {
            await db.Store.SettleOutboxAsync(_onTheirWay, Stop);
            _onTheirWay = ahead;
        }
        else
        {
            _onTheirWay = await SettleAndReadAsync();
        }
        Sent.AddRange(_onTheirWay.Select(row => row.Event.Type));
    }

    private async Task<IReadOnlyList<OutboxRow>> SettleAndReadAsync()
    {
        if (way is not ReadingWay.Apart)
            return await db.Store.SettleAndReadOutboxAsync(_onTheirWay, [shard], 10, Some.Time, Stop);
        await db.Store.SettleOutboxAsync(_onTheirWay, Stop);
        return await db.Store.ReadOutboxAsync([shard], 10, Some.Time, Stop);
    }
}
