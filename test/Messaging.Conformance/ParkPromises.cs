using Tessera.Messaging.Store;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>What cannot be handled waits, with all that follows of its key, until an operator decides.</summary>
public abstract class ParkPromises(StoreBackend backend) : StoreSuite(backend)
{
    private static readonly ParkedFilter s_all = new();
    private static readonly ParkedAct s_act = new("olga", Now);

    [Fact]
    public async Task A_parked_message_comes_back_as_it_was_parked()
    {
        var message = Some.Parked(Some.Event("k", "{\"pence\":1}"), attempts: 5, reason: "No such product: “12”.");
        await ParkAsync(message);
        var read = Assert.Single(await Store.ListParkedAsync(s_all, null, 10, Stop));
        Assert.Equal(
            message with { Position = read.Position, Event = message.Event with { Data = default } },
            read with { Event = read.Event with { Data = default } });
        Assert.Equal("{\"pence\":1}", Text(read.Event));
    }

    [Fact]
    public async Task The_keys_that_have_parked_messages_are_told_to_the_next_batch()
    {
        await ParkAsync(Some.Parked(Some.Event("bad")), Some.Parked(Some.Event("other", stream: "payments")));
        await using var session = await Store.BeginAsync(Stop);
        var admission = await session.AdmitAsync(
            "orders", [Guid.CreateVersion7()], ["bad", "good", "other"], Now, Stop);
        Assert.Equal(["bad"], admission.ParkedKeys);
    }

    [Fact]
    public async Task Followers_are_taken_in_order_and_the_key_is_free_after_the_last()
    {
        for (var number = 0; number < 5; number++) await ParkAsync(Some.Parked(Some.Event("k", number.ToString())));
        await ParkAsync(Some.Parked(Some.Event("other", "x")));
        Assert.Equal(["0", "1", "2"], await TakeAsync("k", 3));
        Assert.Contains("k", await ParkedKeysAsync());
        Assert.Equal(["3", "4"], await TakeAsync("k", 3));
        Assert.DoesNotContain("k", await ParkedKeysAsync());
        Assert.Equal(new StoreStatistics(0, null, 0, 1, 1, 0), await Store.ReadStatisticsAsync(Stop));
    }

    [Fact]
    public async Task What_was_taken_in_a_transaction_that_fails_is_still_parked()
    {
        await ParkAsync(Some.Parked(Some.Event("k", "0")), Some.Parked(Some.Event("k", "1")));
        await using (var session = await Store.BeginAsync(Stop))
            Assert.Equal(2, (await session.TakeParkedAsync("orders", "k", 10, Stop)).Count);
        Assert.Contains("k", await ParkedKeysAsync());
        Assert.Equal(["0", "1"], await TakeAsync("k", 10));
    }

    [Fact]
    public async Task Parking_and_the_inbox_commit_together()
    {
        var poison = Some.Event("k");
        await using (var session = await Store.BeginAsync(Stop))
        {
            await session.AdmitAsync("orders", [poison.Id], ["k"], Now, Stop);
            session.Park([Some.Parked(poison)]);
        }
        Assert.Empty(await Store.ListParkedAsync(s_all, null, 10, Stop));
        await using (var session = await Store.BeginAsync(Stop))
        {
            Assert.Single((await session.AdmitAsync("orders", [poison.Id], ["k"], Now, Stop)).New);
            session.Park([Some.Parked(poison)]);
            await session.CommitAsync(Stop);
        }
        Assert.Single(await Store.ListParkedAsync(s_all, null, 10, Stop));
    }

    [Fact]
    public async Task The_filter_names_a_stream_a_key_or_one_message()
    {
        var one = Some.Parked(Some.Event("a"));
        await ParkAsync(
            one, Some.Parked(Some.Event("a")), Some.Parked(Some.Event("b")),
            Some.Parked(Some.Event("a", stream: "payments")));
        async Task<int> CountAsync(ParkedFilter filter) => (await Store.ListParkedAsync(filter, null, 10, Stop)).Count;
        Assert.Equal(4, await CountAsync(s_all));
        Assert.Equal(3, await CountAsync(new(Stream: "orders")));
        Assert.Equal(2, await CountAsync(new(Stream: "orders", Key: "a")));
        Assert.Equal(1, await CountAsync(new(EventId: one.Event.Id)));
        Assert.Equal(0, await CountAsync(new(Stream: "catalog")));
        Assert.Equal(2, (await Store.ListParkedAsync(s_all, null, 2, Stop)).Count);
    }

    [Fact]
    public async Task The_filter_names_a_type_a_reason_with_gaps_or_a_time()
    {
        var late = Some.Parked(Some.Event("d"), reason: "100% of its rows_used\\gone") with
        {
            ParkedAt = Some.Time.AddHours(1),
        };
        await ParkAsync(
            Some.Parked(Some.Event("a"), reason: "No order 12 here."),
            Some.Parked(Some.Event("b"), reason: "No order 13 there."),
            Some.Parked(Some.Event("c", stream: "payments"), reason: "No order"), late);
        Task<int> CountAsync(ParkedFilter filter) => Store.CountParkedAsync(filter, wholeKeys: false, Stop);
        Assert.Equal(3, await CountAsync(new(Type: "orders.order-placed.v1")));
        Assert.Equal(2, await CountAsync(new(Reason: "No order *here.")));
        Assert.Equal(1, await CountAsync(new(Reason: "No order")));
        Assert.Equal(1, await CountAsync(new(Reason: "100% of its rows_used\\gone")));
        Assert.Equal(0, await CountAsync(new(Reason: "No%")));
        Assert.Equal(0, await CountAsync(new(Reason: "No_order")));
        Assert.Equal(1, await CountAsync(new(From: Some.Time.AddSeconds(1))));
        Assert.Equal(3, await CountAsync(new(From: Some.Time, To: Some.Time.AddSeconds(1))));
        Assert.Equal(1, await Store.DiscardParkedAsync(new(Reason: "No order *there."), s_act, Stop));
        Assert.Equal(1, await Store.RequestReplayAsync(new(From: Some.Time.AddSeconds(1)), s_act, Stop));
        Assert.Equal(["d"], (await Store.ListReplaysAsync(null, 10, Stop)).Select(key => key.Key));
    }

    [Fact]
    public async Task An_act_of_one_name_takes_effect_once_and_says_the_same_again()
    {
        await ParkAsync(Some.Parked(Some.Event("a")), Some.Parked(Some.Event("b")));
        var (replay, discard) = (
            new ParkedAct("olga", Now, "mended", Guid.NewGuid()), new ParkedAct("olga", Now, "junk", Guid.NewGuid()));
        var replays = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Store.RequestReplayAsync(s_all, replay, Stop)));
        Assert.Equal([2, 2, 2, 2], replays);
        Assert.Equal(1, await Store.DiscardParkedAsync(new(Key: "a"), discard, Stop));
        await ParkAsync(Some.Parked(Some.Event("a")));
        Assert.Equal(1, await Store.DiscardParkedAsync(new(Key: "a"), discard, Stop));
        Assert.Equal(2, await Store.CountParkedAsync(s_all, wholeKeys: false, Stop));
        Assert.Equal(["olga discard a", "olga replay a", "olga replay b"], await AuditAsync());
        Assert.Equal(["junk", "mended", "mended"], (await Database.QueryAsync(
            "SELECT note FROM msg_audit", [], row => row.GetString(0), Stop)).Order());
    }

    [Fact]
    public async Task Does_nothing_when_it_would_concern_another_number_than_is_expected()
    {
        await ParkAsync(Some.Parked(Some.Event("a")), Some.Parked(Some.Event("a")), Some.Parked(Some.Event("b")));
        var one = new ParkedAct("olga", Now, "seen", Guid.NewGuid(), Expected: 1);
        var other = await Assert.ThrowsAsync<ParkedCountException>(
            () => Store.DiscardParkedAsync(new(Key: "a"), one, Stop));
        Assert.Equal(2, other.Now);
        await Assert.ThrowsAsync<ParkedCountException>(() => Store.RequestReplayAsync(s_all, one, Stop));
        Assert.Empty(await Store.ListReplaysAsync(null, 10, Stop));
        Assert.Empty(await AuditAsync());
        Assert.Equal(3, await Store.CountParkedAsync(s_all, wholeKeys: false, Stop));
        var three = one with { Id = Guid.NewGuid(), Expected = 3 };
        Assert.Equal(3, await Store.RequestReplayAsync(s_all, three, Stop));
        Assert.Equal(1, await Store.DiscardParkedAsync(new(Key: "b"), one, Stop));
        // Asked for again it is done already, whatever number it would be now.
        Assert.Equal(1, await Store.DiscardParkedAsync(new(Key: "b"), one, Stop));
        Assert.Equal(3, await Store.RequestReplayAsync(s_all, three, Stop));
    }

    [Fact]
    public async Task A_changed_message_stands_in_the_place_of_the_one_that_it_is_for_and_both_are_recorded()
    {
        var first = Some.Event("a", "{\"n\":1}");
        await ParkAsync(
            Some.Parked(first), Some.Parked(Some.Event("a", "{\"n\":2}"), attempts: 0), Some.Parked(Some.Event("b")));
        var change = new ParkedChange(first.Id, Guid.CreateVersion7(), "{\"n\":9}"u8.ToArray());
        var act = new ParkedAct("olga", Now, "a slip", Guid.NewGuid());
        var twice = await Task.WhenAll(
            Store.ChangeParkedAsync(change, act, Stop),
            Store.ChangeParkedAsync(change with { NewId = Guid.CreateVersion7() }, act, Stop));
        Assert.Equal([1, 1], twice);
        Assert.Equal([new ParkedKey("orders", "a", 2, Now)], await Store.ListReplaysAsync(null, 10, Stop));
        var parked = await Store.ListParkedAsync(new(Key: "a"), null, 10, Stop);
        Assert.Equal(["{\"n\":9}", "{\"n\":2}"], parked.Select(message => Text(message.Event)));
        var put = parked[0].Event;
        Assert.Equal(await Store.FindChangedAsync(act.Id!.Value, Stop), put.Id);
        Assert.Equal((first.Type, first.Time, first.TraceParent), (put.Type, put.Time, put.TraceParent));
        var record = await new ParkedCauses(Database).FindChangeAsync(put.Id, Stop);
        Assert.Equal((first.Id, put.Id, "olga", "a slip"), (record!.EventId, record.ChangedTo, record.By, record.Note));
        Assert.Equal(
            ["{\"n\":1}", "{\"n\":9}"],
            new[] { record.Before, record.After }.Select(System.Text.Encoding.UTF8.GetString));
        Assert.Equal(["olga change a"], await AuditAsync());
    }

    [Fact]
    public async Task What_is_parked_no_more_is_not_changed()
    {
        await ParkAsync(Some.Parked(Some.Event("a", "1")));
        var change = new ParkedChange(Guid.CreateVersion7(), Guid.CreateVersion7(), "2"u8.ToArray());
        Assert.Equal(0, await Store.ChangeParkedAsync(change, s_act with { Id = Guid.NewGuid() }, Stop));
        Assert.Empty(await Store.ListReplaysAsync(null, 10, Stop));
        Assert.Empty(await AuditAsync());
        Assert.Equal(["1"], await TakeAsync("a", 10));
    }

    [Fact]
    public async Task Pages_go_on_behind_a_place_whatever_comes_and_goes_meanwhile()
    {
        string[] keys = ["b", "a", "c", "a", "b"];
        await ParkAsync([.. keys.Select(key => Some.Parked(Some.Event(key)))]);
        await ParkAsync(Some.Parked(Some.Event("a", stream: "payments")));
        var all = (await Store.ListParkedAsync(s_all, null, 10, Stop)).Select(parked => parked.Event.Id).ToList();
        var seen = new List<Guid>();
        ParkedPlace? after = null;
        while (await Store.ListParkedAsync(s_all, after, 2, Stop) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(parked => parked.Event.Id));
            after = new ParkedPlace(page[^1].Event.Stream, page[^1].Event.Key, page[^1].Position);
            if (seen.Count > 2) continue;
            // The message that the page ended with goes, and one that stands before it comes.
            await Store.DiscardParkedAsync(new(EventId: seen[^1]), s_act, Stop);
            await ParkAsync(Some.Parked(Some.Event("0")));
        }
        Assert.Equal(all, seen);
    }

    [Fact]
    public async Task A_replay_marks_the_keys_counts_their_messages_and_is_recorded()
    {
        await ParkAsync(
            Some.Parked(Some.Event("a")), Some.Parked(Some.Event("a"), attempts: 0), Some.Parked(Some.Event("b")));
        Assert.Empty(await Store.ListReplaysAsync(null, 10, Stop));
        Assert.Equal(2, await Store.RequestReplayAsync(new(Key: "a"), s_act, Stop));
        Assert.Equal([new ParkedKey("orders", "a", 2, Now)], await Store.ListReplaysAsync(null, 10, Stop));
        Assert.Equal(1, await Store.RequestReplayAsync(new(Key: "b"), new ParkedAct("olga", Now.AddSeconds(1)), Stop));
        Assert.Equal(["a", "b"], (await Store.ListReplaysAsync(null, 10, Stop)).Select(key => key.Key));
        Assert.Equal(0, await Store.RequestReplayAsync(new(Key: "c"), s_act, Stop));
        Assert.Equal(["olga replay a", "olga replay a", "olga replay b"], await AuditAsync());
        Assert.Equal(3, (await Store.ReadStatisticsAsync(Stop)).ParkedMessages);
    }

    [Fact]
    public async Task Counting_says_before_what_a_replay_and_a_discard_will_say()
    {
        var one = Some.Parked(Some.Event("a"));
        await ParkAsync(
            one, Some.Parked(Some.Event("a")), Some.Parked(Some.Event("a")), Some.Parked(Some.Event("b")),
            Some.Parked(Some.Event("a", stream: "payments")));
        foreach (var filter in new ParkedFilter[]
            { new(EventId: one.Event.Id), new(Stream: "orders"), new(Key: "a"), new(Key: "none"), s_all })
        {
            Assert.Equal(
                await Store.CountParkedAsync(filter, wholeKeys: true, Stop),
                await Store.RequestReplayAsync(filter, s_act, Stop));
        }
        Assert.Equal(3, await Store.CountParkedAsync(new(EventId: one.Event.Id), wholeKeys: true, Stop));
        Assert.Equal(1, await Store.CountParkedAsync(new(EventId: one.Event.Id), wholeKeys: false, Stop));
        foreach (var filter in new ParkedFilter[] { new(EventId: one.Event.Id), new(Key: "a"), s_all })
        {
            Assert.Equal(
                await Store.CountParkedAsync(filter, wholeKeys: false, Stop),
                await Store.DiscardParkedAsync(filter, s_act, Stop));
        }
    }

    [Fact]
    public async Task A_replay_that_fails_again_ends_and_the_order_stays()
    {
        var first = Some.Event("a", "0");
        await ParkAsync(Some.Parked(first), Some.Parked(Some.Event("a", "1"), attempts: 0));
        await Store.RequestReplayAsync(s_all, s_act, Stop);
        await EndReplayAsync(await ReplayAsync(), first);
        Assert.Empty(await Store.ListReplaysAsync(null, 10, Stop));
        var parked = await Store.ListParkedAsync(s_all, null, 10, Stop);
        Assert.Equal([("0", "Still no such product.", 7), ("1", "It always fails.", 0)],
            parked.Select(message => (Text(message.Event), message.Reason, message.Attempts)));
    }

    [Fact]
    public async Task A_replay_asked_for_while_one_fails_is_still_to_be_done()
    {
        var first = Some.Event("a", "0");
        await ParkAsync(Some.Parked(first));
        await Store.RequestReplayAsync(s_all, s_act, Stop);
        var running = await ReplayAsync();
        Assert.Equal(1, await Store.RequestReplayAsync(s_all, s_act, Stop)); // In the same moment, by the clock.
        await EndReplayAsync(running, first);
        var again = await ReplayAsync();
        Assert.Equal("Still no such product.", (await Store.ListParkedAsync(s_all, null, 10, Stop))[0].Reason);
        await EndReplayAsync(again, first);
        Assert.Empty(await Store.ListReplaysAsync(null, 10, Stop));
    }

    [Fact]
    public async Task A_message_changed_while_its_replay_fails_is_not_blamed_and_is_still_to_be_replayed()
    {
        var first = Some.Event("a", "0");
        await ParkAsync(Some.Parked(first));
        await Store.RequestReplayAsync(s_all, s_act, Stop);
        var running = await ReplayAsync();
        var change = new ParkedChange(first.Id, Guid.CreateVersion7(), "9"u8.ToArray());
        Assert.Equal(1, await Store.ChangeParkedAsync(change, s_act, Stop));
        await EndReplayAsync(running, first);
        await ReplayAsync();
        Assert.Equal("It always fails.", (await Store.ListParkedAsync(s_all, null, 10, Stop))[0].Reason);
    }

    [Fact]
    public async Task What_stands_behind_a_message_discarded_while_its_replay_fails_is_not_blamed_and_goes_on()
    {
        var first = Some.Event("a", "0");
        await ParkAsync(Some.Parked(first), Some.Parked(Some.Event("a", "1"), attempts: 0));
        await Store.RequestReplayAsync(s_all, s_act, Stop);
        var running = await ReplayAsync();
        Assert.Equal(1, await Store.DiscardParkedAsync(new(EventId: first.Id), s_act, Stop));
        await EndReplayAsync(running, first);
        await ReplayAsync();
        Assert.Equal(
            ("It always fails.", 0),
            (await Store.ListParkedAsync(s_all, null, 10, Stop))
                .Select(message => (message.Reason, message.Attempts)).Single());
    }

    [Fact]
    public async Task Replays_are_listed_on_behind_the_last_that_was_seen()
    {
        await ParkAsync([.. "cab".Select(key => Some.Parked(Some.Event(key.ToString())))]);
        await Store.RequestReplayAsync(s_all, s_act, Stop);
        await ParkAsync(Some.Parked(Some.Event("0")));
        await Store.RequestReplayAsync(new(Key: "0"), new ParkedAct("olga", Now.AddSeconds(1)), Stop);
        var seen = new List<string>();
        ParkedKey? last = null;
        while (await Store.ListReplaysAsync(last, 2, Stop) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(key => key.Key));
            last = page[^1];
        }
        Assert.Equal(["a", "b", "c", "0"], seen);
    }

    [Fact]
    public async Task A_follower_that_arrives_during_a_replay_does_not_end_it()
    {
        await ParkAsync(Some.Parked(Some.Event("a", "0")));
        await Store.RequestReplayAsync(s_all, s_act, Stop);
        await ParkAsync(Some.Parked(Some.Event("a", "1"), attempts: 0));
        Assert.Equal([new ParkedKey("orders", "a", 2, Now)], await Store.ListReplaysAsync(null, 10, Stop));
        Assert.Equal(["0", "1"], await TakeAsync("a", 10));
    }

    [Fact]
    public async Task A_discarded_message_is_gone_recorded_with_its_content_and_frees_its_key()
    {
        var first = Some.Event("a", "{\"n\":1}");
        await ParkAsync(Some.Parked(first), Some.Parked(Some.Event("a", "{\"n\":2}")), Some.Parked(Some.Event("b")));
        Assert.Equal(1, await Store.DiscardParkedAsync(new(EventId: first.Id), s_act, Stop));
        Assert.Equal(["a", "b"], await ParkedKeysAsync());
        Assert.Equal(1, await Store.DiscardParkedAsync(new(Key: "a"), s_act, Stop));
        Assert.Equal(["b"], await ParkedKeysAsync());
        Assert.Equal(["olga discard a", "olga discard a"], await AuditAsync());
        var contents = await Database.QueryAsync(
            "SELECT data FROM msg_audit", [], row => System.Text.Encoding.UTF8.GetString(row.GetBytes(0)), Stop);
        Assert.Equal(["{\"n\":1}", "{\"n\":2}"], contents.Order());
    }

    private async Task<ParkedKey> ReplayAsync() => Assert.Single(await Store.ListReplaysAsync(null, 10, Stop));

    private Task EndReplayAsync(ParkedKey replay, EventEnvelope failed) =>
        Store.EndReplayAsync(replay, failed.Id, "Still no such product.", 7, Stop);

    private async Task<List<string>> TakeAsync(string key, int limit)
    {
        await using var session = await Store.BeginAsync(Stop);
        var taken = await session.TakeParkedAsync("orders", key, limit, Stop);
        await session.CommitAsync(Stop);
        return [.. taken.Select(message => Text(message.Event))];
    }

    private async Task<IEnumerable<string>> ParkedKeysAsync()
    {
        await using var session = await Store.BeginAsync(Stop);
        return (await session.AdmitAsync("orders", [Guid.CreateVersion7()], ["a", "b", "k"], Now, Stop))
            .ParkedKeys.Order();
    }

    private async Task<IEnumerable<string>> AuditAsync() => (await Database.QueryAsync(
        "SELECT by, action, key FROM msg_audit", [],
        row => $"{row.GetString(0)} {row.GetString(1)} {row.GetString(2)}", Stop)).Order();
}
