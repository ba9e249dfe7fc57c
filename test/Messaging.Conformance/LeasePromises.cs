using Tessera.Messaging.Store;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>Work is shared out fairly, each piece to one process at a time.</summary>
public abstract class LeasePromises(StoreBackend backend) : StoreSuite(backend)
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task The_first_member_gets_everything_and_keeps_it_with_the_same_tokens()
    {
        var first = await ExchangeAsync("a");
        Assert.Equal([0, 1, 2, 3], Slots(first));
        Assert.Equal(1, first.Members);
        Assert.Equal(first.Leases, (await ExchangeAsync("a")).Leases);
    }

    [Fact]
    public async Task A_newcomer_gets_its_fair_share_once_the_others_give_back()
    {
        await ExchangeAsync("a");
        var early = await ExchangeAsync("b");
        Assert.Empty(early.Leases);
        Assert.Equal(2, early.Members);
        var (a, b) = (await ExchangeAsync("a"), await ExchangeAsync("b"));
        Assert.Equal((2, 2), (a.Leases.Count, b.Leases.Count));
        Assert.Equal([0, 1, 2, 3], Slots(a).Concat(Slots(b)).Order());
    }

    [Fact]
    public async Task A_slot_that_is_busy_is_not_given_back()
    {
        await ExchangeAsync("a");
        await ExchangeAsync("b");
        Assert.Equal([0, 1, 2, 3], Slots(await ExchangeAsync("a", busy: [0, 1, 2, 3])));
        var kept = await ExchangeAsync("a", busy: [2, 3]);
        Assert.Equal([2, 3], Slots(kept));
        Assert.Equal([0, 1], Slots(await ExchangeAsync("b")));
    }

    [Fact]
    public async Task The_token_rises_with_each_change_of_owner()
    {
        var before = (await ExchangeAsync("a")).Leases.ToDictionary(lease => lease.Slot, lease => lease.Token);
        await ExchangeAsync("a", leave: true);
        var after = (await ExchangeAsync("b")).Leases;
        Assert.Equal(4, after.Count);
        Assert.All(
            after, lease => Assert.True(lease.Token > before[lease.Slot], $"{lease} after token {before[lease.Slot]}"));
    }

    [Fact]
    public async Task Who_leaves_hands_over_at_once()
    {
        await ExchangeAsync("a");
        await ExchangeAsync("b");
        var left = await ExchangeAsync("a", leave: true);
        Assert.Empty(left.Leases);
        var heir = await ExchangeAsync("b");
        Assert.Equal([0, 1, 2, 3], Slots(heir));
        Assert.Equal(1, heir.Members);
    }

    [Fact]
    public async Task The_leases_of_a_dead_member_go_to_the_living_when_they_expire()
    {
        await ExchangeAsync("dead", duration: s_short);
        await Eventually.HoldsAsync("the survivor has all leases", async () =>
        {
            var grant = await ExchangeAsync("alive");
            return grant.Leases.Count == 4 && grant.Members == 1;
        });
    }

    [Fact]
    public async Task A_member_that_renews_keeps_its_leases_beyond_their_duration()
    {
        var first = await ExchangeAsync("a", duration: s_short);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await Eventually.HoldsAsync("twice the duration has passed", async () =>
        {
            Assert.Equal(first.Leases, (await ExchangeAsync("a", duration: s_long)).Leases);
            return clock.Elapsed > s_short * 2;
        });
        Assert.Empty((await ExchangeAsync("b")).Leases);
    }

    [Fact]
    public async Task A_dead_member_whose_leases_lie_further_ahead_than_any_lease_lasts_is_not_waited_for()
    {
        // As after the clock was set back an hour.
        var dead = await ExchangeAsync("dead", duration: TimeSpan.FromHours(1));
        var heir = await ExchangeAsync("alive");
        Assert.Equal([0, 1, 2, 3], Slots(heir));
        Assert.Equal(1, heir.Members);
        Assert.All(heir.Leases, lease => Assert.True(lease.Token > dead.Leases[lease.Slot].Token));
        Assert.Equal(heir.Leases, (await ExchangeAsync("alive")).Leases);
    }

    [Fact]
    public async Task A_living_member_keeps_its_leases_when_the_clock_was_set_back()
    {
        var before = await ExchangeAsync("a", duration: TimeSpan.FromHours(1));
        Assert.Equal(before.Leases, (await ExchangeAsync("a")).Leases);
        var late = await ExchangeAsync("b");
        Assert.Empty(late.Leases);
        Assert.Equal(2, late.Members);
    }

    [Fact]
    public async Task Groups_do_not_see_each_other()
    {
        await ExchangeAsync("a", group: "relay");
        Assert.Equal(4, (await ExchangeAsync("a", group: "orders/inventory")).Leases.Count);
        var other = await ExchangeAsync("b", group: "timers", slots: 1);
        Assert.Equal([0], Slots(other));
        Assert.Equal(1, other.Members);
    }

    [Fact]
    public async Task More_members_than_slots_leave_some_without()
    {
        Assert.Single((await ExchangeAsync("a", slots: 1)).Leases);
        Assert.Empty((await ExchangeAsync("b", slots: 1)).Leases);
        Assert.Single((await ExchangeAsync("a", slots: 1)).Leases);
    }

    [Fact]
    public async Task Members_that_ask_at_the_same_time_never_hold_the_same_slot()
    {
        var stores = new[] { Store, AnotherProcess(), AnotherProcess() };
        var holders = new Dictionary<(int Slot, long Token), string>();
        for (var round = 0; round < 15; round++)
        {
            var grants = await Task.WhenAll(stores.Select((store, number) => Task.Run(async () =>
                (Member: "m" + number, Grant: await store.ExchangeLeasesAsync(
                    new LeaseRequest(
                        "relay", "m" + number, 8, s_long, [], Leave: round % 5 == 4 && number == round % 3),
                    Stop)), Stop)));
            foreach (var (member, grant) in grants)
            {
                // A token belongs to one owner for ever; that is what makes it a fence.
                foreach (var lease in grant.Leases)
                {
                    Assert.Equal(
                        member,
                        holders.TryAdd((lease.Slot, lease.Token), member)
                            ? member
                            : holders[(lease.Slot, lease.Token)]);
                }
            }
        }
        var last = new List<int>();
        for (var turn = 0; turn < 2; turn++)
        {
            last.Clear();
            for (var number = 0; number < stores.Length; number++)
            {
                var request = new LeaseRequest("relay", "m" + number, 8, s_long, []);
                last.AddRange(Slots(await stores[number].ExchangeLeasesAsync(request, Stop)));
            }
        }
        Assert.Equal(last.Distinct().Count(), last.Count);
    }

    private static List<int> Slots(LeaseGrant grant) => [.. grant.Leases.Select(lease => lease.Slot).Order()];

    private Task<LeaseGrant> ExchangeAsync(
        string member, int[]? busy = null, bool leave = false,
        TimeSpan? duration = null, string group = "relay", int slots = 4) =>
        Store.ExchangeLeasesAsync(new LeaseRequest(group, member, slots, duration ?? s_long, busy ?? [], leave), Stop);
}
