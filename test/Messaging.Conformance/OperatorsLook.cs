using Tessera.Messaging.Store;

namespace Tessera.Messaging.Conformance;

/// <summary>All that <c>GET /messaging/…</c> asks a store for operators, for tests of how it goes about it.</summary>
public static class OperatorsLook
{
    /// <summary>What a key waits for, and a page of what is parked, by each filter that an index leads to.</summary>
    public static async Task AtKeysAndPagesAsync(
        IMessageStore store, IDatabase database, ParkedMessage one, CancellationToken stop)
    {
        var waiting = new WaitingOfKey(database, new MessageRegistry { Service = "stock" });
        await waiting.ReadAsync(one.Event.Key, stop);
        await waiting.ListHeldAsync(50, stop);
        var (stream, key) = (one.Event.Stream, one.Event.Key);
        foreach (var filter in new ParkedFilter[]
            { new(), new(stream), new(stream, key), new(EventId: one.Event.Id), new(stream, key, Type: "t") })
        {
            await store.ListParkedAsync(filter, null, 10, stop);
            await store.ListParkedAsync(filter, new ParkedPlace(stream, key, 1), 10, stop);
        }
        await store.FindChangedAsync(Guid.NewGuid(), stop);
    }

    /// <summary>What is grouped, up to <see cref="ParkedCauses.MessagesMax"/> and
    /// <see cref="ParkedCauses.RecordsMax"/>.</summary>
    public static async Task AtCausesAndActsAsync(IDatabase database, CancellationToken stop)
    {
        await new ParkedCauses(database).GroupAsync(stop);
        await new ParkedCauses(database).ListActsAsync(10, stop);
    }
}
