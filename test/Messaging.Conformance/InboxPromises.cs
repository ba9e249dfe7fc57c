using Tessera.Messaging.Store;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>Redelivery is harmless: an id is new once.</summary>
public abstract class InboxPromises(StoreBackend backend) : StoreSuite(backend)
{
    private readonly List<Guid> _ids = [.. Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7())];

    [Fact]
    public async Task An_id_is_new_once()
    {
        Assert.Equal(_ids.Take(3).ToHashSet(), await AdmitAsync(Store, _ids.Take(3)));
        Assert.Equal(_ids.Skip(3).ToHashSet(), await AdmitAsync(AnotherProcess(), _ids));
        Assert.Empty(await AdmitAsync(Store, _ids));
    }

    [Fact]
    public async Task The_statistics_tell_when_a_message_was_handled_last()
    {
        foreach (var at in new[] { Now, Now.AddSeconds(7) })
        {
            await using var session = await Store.BeginAsync(Stop);
            await session.AdmitAsync("orders", [Guid.CreateVersion7()], ["k"], at, Stop);
            await session.CommitAsync(Stop);
            Assert.Equal(at, (await Store.ReadStatisticsAsync(Stop)).InboxNewest);
        }
    }

    [Fact]
    public async Task An_id_that_comes_twice_in_one_batch_is_new_once()
    {
        await using var session = await Store.BeginAsync(Stop);
        var admission = await session.AdmitAsync("orders", [_ids[0], _ids[1], _ids[0]], ["k"], Now, Stop);
        Assert.Equal(_ids.Take(2).ToHashSet(), admission.New);
    }

    [Fact]
    public async Task After_a_rollback_the_ids_are_new_again()
    {
        await using (var session = await Store.BeginAsync(Stop))
            await session.AdmitAsync("orders", _ids, ["k"], Now, Stop);
        Assert.Equal(_ids.ToHashSet(), await AdmitAsync(Store, _ids));
    }

    [Fact]
    public async Task The_ids_and_what_the_handlers_did_commit_together()
    {
        await CreateAccountsAsync();
        async Task HandleAsync(bool commit)
        {
            await using var session = await Store.BeginAsync(Stop);
            var admission = await session.AdmitAsync("orders", [_ids[0]], ["k"], Now, Stop);
            if (admission.New.Count > 0)
            {
                session.Enqueue("INSERT INTO accounts (name, pence) VALUES ($1, $2)", ["anna", 5L]);
            }
            session.AppendOutbox(admission.New.Count > 0 ? [Some.OutboxRow()] : []);
            if (commit) await session.CommitAsync(Stop);
        }

        await HandleAsync(commit: false);
        await HandleAsync(commit: true);
        await HandleAsync(commit: true);
        Assert.Equal([("anna", 5L)], await AccountsAsync());
        Assert.Single(await ReadOutboxAsync());
    }

    [Fact]
    public async Task Two_processes_that_handle_the_same_event_at_once_have_one_effect()
    {
        var stores = new[] { Store, AnotherProcess() };
        var admitted = 0;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(number => Task.Run(async () =>
        {
            var fresh = await AdmitAsync(stores[number % 2], _ids);
            Interlocked.Add(ref admitted, fresh.Count);
        }, Stop)));
        Assert.Equal(_ids.Count, admitted);
    }

    [Fact]
    public async Task Told_that_all_ids_are_new_the_transaction_holds_only_if_they_are()
    {
        await CreateAccountsAsync();
        await AdmitAsync(Store, _ids.Take(1));
        await HopeAsync(_ids.Skip(1).Take(2), "k", holds: true);
        await HopeAsync(_ids.Skip(2), "k", holds: false);
        Assert.Equal(_ids.Skip(3).ToHashSet(), await AdmitAsync(Store, _ids));
    }

    [Fact]
    public async Task Told_that_no_key_is_parked_the_transaction_holds_only_if_none_is()
    {
        await CreateAccountsAsync();
        await ParkAsync(Some.Parked(Some.Event("bad")), Some.Parked(Some.Event("other", stream: "payments")));
        await HopeAsync(_ids.Take(1), "other", holds: true);
        await HopeAsync(_ids.Skip(1).Take(1), "bad", holds: false);
        Assert.Equal(_ids.Skip(1).ToHashSet(), await AdmitAsync(Store, _ids));
    }

    /// <summary>Where the engine does not offer it, nothing was queued and the asking way is left.</summary>
    private async Task HopeAsync(IEnumerable<Guid> ids, string key, bool holds)
    {
        var before = await AccountsAsync();
        var session = await Store.BeginAsync(Stop);
        await using (session)
        {
            if (!session.TryAdmitNew("orders", [.. ids], [key], Now))
            {
                if (holds) await session.AdmitAsync("orders", [.. ids], [key], Now, Stop);
                if (holds) await session.CommitAsync(Stop);
                return;
            }
            session.Enqueue("INSERT INTO accounts (name, pence) VALUES ($1, $2)", [Some.Name("account"), 5L]);
            if (holds)
            {
                await session.CommitAsync(Stop);
                return;
            }
            var refusal = await Assert.ThrowsAnyAsync<Exception>(() => session.CommitAsync(Stop));
            Assert.False(Store.IsTransient(refusal), refusal.ToString());
        }
        Assert.Equal(before, await AccountsAsync());
    }

    [Fact]
    public async Task A_large_batch_is_admitted_as_a_whole()
    {
        var ids = Enumerable.Range(0, 3000).Select(_ => Guid.CreateVersion7()).ToList();
        Assert.Equal(3000, (await AdmitAsync(Store, ids)).Count);
        Assert.Empty(await AdmitAsync(Store, ids));
    }

    [Fact]
    public async Task Trimming_goes_in_steps_and_keeps_what_is_young()
    {
        await AdmitAsync(Store, _ids.Take(3), Now.AddDays(-2));
        await AdmitAsync(Store, _ids.Skip(3), Now);
        Assert.Equal(2, await Store.TrimInboxAsync(Now.AddDays(-1), 2, Stop));
        Assert.Equal(1, await Store.TrimInboxAsync(Now.AddDays(-1), 2, Stop));
        Assert.Equal(0, await Store.TrimInboxAsync(Now.AddDays(-1), 2, Stop));
        Assert.Equal(_ids.Take(3).ToHashSet(), await AdmitAsync(Store, _ids));
    }

    private static async Task<IReadOnlySet<Guid>> AdmitAsync(
        IMessageStore store, IEnumerable<Guid> ids, DateTimeOffset? now = null)
    {
        await using var session = await store.BeginAsync(Stop);
        var admission = await session.AdmitAsync("orders", [.. ids], ["k"], now ?? Now, Stop);
        await session.CommitAsync(Stop);
        return admission.New;
    }
}
