using Tessera.Messaging.Store;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

/// <summary>How an endpoint does. Bounded, however much waits or has ended.</summary>
internal sealed class CountDeliveries(IDatabase database)
{
    private const int WaitingMax = 10_000;
    private const int EndedMax = 200;

    public async Task<EndpointNumbers> OfAsync(Guid endpoint, CancellationToken stop)
    {
        var waiting = await database.QueryAsync(
            $"""
            select count(*), min(queued_at) from (
                select coalesce(put_back_at, created_at) as queued_at from deliveries
                where endpoint = $1 and state = 'Waiting'
                order by created_at limit {WaitingMax}) as waiting
            """,
            [endpoint], row => (Count: row.GetInt32(0), Oldest: row.GetTimeOrNull(1)), stop);
        var ended = await database.QueryAsync(
            $"""
            select state, coalesce(put_back_at, created_at), ended_at from deliveries
            where endpoint = $1 and ended_at is not null
            order by ended_at desc limit {EndedMax}
            """,
            [endpoint],
            row => (IsTaken: row.GetString(0) == "Delivered", Took: row.GetTime(2) - row.GetTime(1)), stop);
        var delays = ended.Where(each => each.IsTaken).Select(each => each.Took.TotalSeconds).Order().ToArray();
        return new EndpointNumbers(
            waiting[0].Count, waiting[0].Oldest, ended.Count, delays.Length, At(delays, 0.5), At(delays, 0.95),
            At(delays, 0.99));
    }

    private static double? At(double[] sorted, double share) =>
        sorted.Length == 0 ? null : sorted[Math.Min((int)(sorted.Length * share), sorted.Length - 1)];
}
