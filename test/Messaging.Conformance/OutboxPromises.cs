using Tessera.Messaging.Store;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>Events wait in order until the broker has them.</summary>
public abstract class OutboxPromises(StoreBackend backend) : StoreSuite(backend)
{
    [Fact]
    public async Task An_event_comes_back_as_it_was_appended()
    {
        var row = Some.OutboxRow(shard: 2, key: "Zoë's order", text: "{\"pence\":1}");
        row = row with { Event = row.Event with { TraceState = "a=1" } };
        await AppendAsync(row);
        var read = Assert.Single(await ReadOutboxAsync());
        Assert.True(read.Id > 0);
        Assert.Equal(2, read.Shard);
        Assert.Equal(row.Event with { Data = default }, read.Event with { Data = default });
        Assert.Equal("{\"pence\":1}", Text(read.Event));
    }

    [Fact]
    public async Task Rows_come_oldest_first_per_shard_and_no_more_than_asked_for()
    {
        await AppendAsync(
            [.. Enumerable.Range(0, 60).Select(number => Some.OutboxRow(number % 3, "k", number.ToString()))]);
        var rows = await ReadOutboxAsync(limit: 10, shards: [0, 2]);
        Assert.Equal(20, rows.Count);
        foreach (var shard in new[] { 0, 2 })
        {
            Assert.Equal(
                Enumerable.Range(0, 10).Select(number => (number * 3 + shard).ToString()),
                rows.Where(row => row.Shard == shard).Select(row => Text(row.Event)));
        }
    }

    [Fact]
    public async Task A_rolled_back_event_is_never_seen()
    {
        await using (var session = await Store.BeginAsync(Stop))
        {
            session.AppendOutbox([Some.OutboxRow()]);
            await session.FlushAsync(Stop);
            Assert.Empty(await ReadOutboxAsync());
        }
        Assert.Empty(await ReadOutboxAsync());
    }

    [Fact]
    public async Task A_row_whose_transaction_commits_late_is_not_skipped()
    {
        // On PostgreSQL the late row has the lower id; a cursor over ids would have passed it.
        await using var late = await Store.BeginAsync(Stop);
        late.AppendOutbox([Some.OutboxRow(key: "late")]);
        await late.FlushAsync(Stop);
        if (Database.Engine != "sqlite")
        {
            await AppendAsync(Some.OutboxRow(key: "early"));
            await Store.SettleOutboxAsync(await ReadOutboxAsync(), Stop);
        }
        await late.CommitAsync(Stop);
        Assert.Equal("late", Assert.Single(await ReadOutboxAsync()).Event.Key);
    }

    [Fact]
    public async Task Settled_rows_are_gone_and_settling_again_harms_nothing()
    {
        await AppendAsync(Some.OutboxRow(text: "1"), Some.OutboxRow(text: "2"), Some.OutboxRow(text: "3"));
        var rows = await ReadOutboxAsync();
        await Store.SettleOutboxAsync([rows[0], rows[1]], Stop);
        Assert.Equal("3", Text(Assert.Single(await ReadOutboxAsync()).Event));

        await Store.SettleOutboxAsync(rows, Stop);
        await AppendAsync(Some.OutboxRow(text: "4"));
        await Store.SettleOutboxAsync(rows, Stop); // A relay that lost its lease settles late: the new row must stay.
        Assert.Equal("4", Text(Assert.Single(await ReadOutboxAsync()).Event));
    }

    [Fact]
    public async Task What_is_settled_with_a_read_is_not_read()
    {
        await AppendAsync(Some.OutboxRow(text: "1"), Some.OutboxRow(text: "2"), Some.OutboxRow(text: "3"));
        var rows = await ReadOutboxAsync();
        var left = await Store.SettleAndReadOutboxAsync([rows[0], rows[1]], [0, 1, 2, 3], 100, Now, Stop);
        Assert.Equal("3", Text(Assert.Single(left).Event));
        Assert.Equal("3", Text(Assert.Single(await ReadOutboxAsync()).Event));
    }

    [Fact]
    public async Task A_held_key_waits_until_its_retry_and_no_other_key_does()
    {
        await AppendAsync(
            Some.OutboxRow(key: "bad", text: "1"), Some.OutboxRow(key: "good", text: "2"),
            Some.OutboxRow(key: "bad", text: "3"));
        var first = (await ReadOutboxAsync())[0];
        var retryAt = Now.AddSeconds(30);
        await Store.HoldKeysAsync([new RefusedRow(first, "Too large.", 1, retryAt)], Stop);

        Assert.Equal(["2"], (await ReadOutboxAsync(Now)).Select(row => Text(row.Event)));
        Assert.Equal(["1", "2", "3"], (await ReadOutboxAsync(retryAt)).Select(row => Text(row.Event)));
        Assert.Equal(1, (await Store.ReadStatisticsAsync(Stop)).HeldKeys);

        await Store.HoldKeysAsync([new RefusedRow(first, "Too large.", 2, retryAt.AddSeconds(30))], Stop);
        Assert.Equal(["2"], (await ReadOutboxAsync(retryAt)).Select(row => Text(row.Event)));
    }

    [Fact]
    public async Task The_oldest_that_waits_is_none_of_a_held_key()
    {
        await AppendAsync(Some.OutboxRow(key: "bad", text: "1"), Some.OutboxRow(key: "good", text: "2"));
        var rows = await ReadOutboxAsync();
        Assert.Equal(rows[0].Event.Time, (await Store.ReadStatisticsAsync(Stop)).OutboxOldest);
        await Store.HoldKeysAsync([new RefusedRow(rows[0], "Too large.", 1, Now.AddHours(1))], Stop);
        Assert.Equal(rows[1].Event.Time, (await Store.ReadStatisticsAsync(Stop)).OutboxOldest);
        await Store.SettleOutboxAsync([rows[1]], Stop);
        var left = await Store.ReadStatisticsAsync(Stop);
        Assert.Equal((1, 1, null), (left.OutboxRows, left.HeldKeys, left.OutboxOldest));
    }

    [Fact]
    public async Task A_key_that_is_held_for_longer_than_any_was_held_before_the_clock_was_set_back()
    {
        await AppendAsync(Some.OutboxRow(key: "bad", text: "1"));
        var row = (await ReadOutboxAsync())[0];
        var longest = StoreBackend.Outbox.Value.HeldKeyDelayMax;
        await Store.HoldKeysAsync([new RefusedRow(row, "Too large.", 1, Now + longest)], Stop);
        Assert.Empty(await ReadOutboxAsync(Now));
        Assert.Equal(["1"], (await ReadOutboxAsync(Now.AddHours(-1))).Select(read => Text(read.Event)));
    }

    [Fact]
    public async Task Settling_a_held_keys_row_releases_the_key()
    {
        await AppendAsync(
            Some.OutboxRow(key: "bad", text: "1"), Some.OutboxRow(key: "bad", text: "2"),
            Some.OutboxRow(key: "worse", text: "3"));
        var rows = await ReadOutboxAsync();
        await Store.HoldKeysAsync(
            [
                new RefusedRow(rows[0], "Too large.", 1, Now.AddHours(1)),
                new RefusedRow(rows[2], "Too large.", 1, Now.AddHours(1)),
            ], Stop);
        await Store.SettleOutboxAsync([rows[0]], Stop);
        Assert.Equal(["2"], (await ReadOutboxAsync()).Select(row => Text(row.Event)));
        Assert.Equal(1, (await Store.ReadStatisticsAsync(Stop)).HeldKeys);
    }

    [Fact]
    public async Task What_another_relay_has_sent_meanwhile_holds_no_key()
    {
        await AppendAsync(Some.OutboxRow(key: "bad", text: "1"), Some.OutboxRow(key: "worse", text: "2"));
        var rows = await ReadOutboxAsync();
        await Store.SettleOutboxAsync([rows[0]], Stop);
        await Store.HoldKeysAsync([.. rows.Select(row => new RefusedRow(row, "Too large.", 1, Now.AddHours(1)))], Stop);
        Assert.Equal(1, (await Store.ReadStatisticsAsync(Stop)).HeldKeys);
        await AppendAsync(Some.OutboxRow(key: "bad", text: "3"));
        Assert.Equal(["3"], (await ReadOutboxAsync(Now)).Select(row => Text(row.Event)));
    }

    [Fact]
    public async Task Reading_the_head_costs_the_same_behind_a_large_backlog()
    {
        var read = async () =>
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            for (var turn = 0; turn < 20; turn++) Assert.Equal(40, (await ReadOutboxAsync(limit: 10)).Count);
            return clock.Elapsed;
        };
        var rows = Enumerable.Range(0, 400).Select(number => Some.OutboxRow(number % 4, "k" + number)).ToArray();
        await AppendAsync(rows);
        await read();
        var few = await read();
        for (var turn = 0; turn < 50; turn++) await AppendAsync(rows);
        var many = await read();
        // A scan would cost fifty times as much; the margin is for a busy machine.
        Assert.True(many < few * 10 + TimeSpan.FromMilliseconds(100), $"{few} with 400 rows, {many} with 20,400");
    }

    [Fact]
    public async Task The_statistics_count_what_waits_and_since_when()
    {
        var empty = await Store.ReadStatisticsAsync(Stop);
        Assert.Equal(new StoreStatistics(0, null, 0, 0, 0, 0), empty);
        await AppendAsync(Some.OutboxRow(), Some.OutboxRow(1));
        var some = await Store.ReadStatisticsAsync(Stop);
        Assert.Equal(2, some.OutboxRows);
        Assert.Equal(Now, some.OutboxOldest);
    }

    [Fact]
    public async Task A_commit_of_another_process_may_be_noticed()
    {
        var other = AnotherProcess();
        await other.MayHaveForeignCommitsAsync(Stop);
        await AppendAsync(Some.OutboxRow());
        Assert.True(await other.MayHaveForeignCommitsAsync(Stop));
    }
}
