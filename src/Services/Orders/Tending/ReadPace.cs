using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>Orders per minute and their time to confirmation, over the last hour. From the orders themselves and not
/// from what this process has counted: so it is right after a restart, and the same at each replica.</summary>
internal sealed class ReadPace(IDatabase database, TimeProvider clock) : IDisposable
{
    /// <summary>So many orders are read for it at most.</summary>
    public const int OrdersMax = 20_000;

    public const string Sql =
        """
        select o.placed_at, o.confirmed_at, o.stage from orders o where o.id >= $1 order by o.id desc limit $2
        """;

    private const int Minutes = 60;

    /// <summary>However many windows look, the orders are read once in this time.</summary>
    private static readonly TimeSpan kept = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private (long At, OrderPaceView View)? _last;

    public static async Task<Ok<OrderPaceView>> Handle(ReadPace pace, CancellationToken stop) =>
        TypedResults.Ok(await pace.ReadAsync(OrdersMax, stop));

    public async Task<OrderPaceView> ReadAsync(int ordersMax, CancellationToken stop)
    {
        await _turn.WaitAsync(stop);
        try
        {
            if (_last is { } last && clock.GetElapsedTime(last.At) < kept) return last.View;
            var view = await LookAsync(ordersMax, stop);
            _last = (clock.GetTimestamp(), view);
            return view;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<OrderPaceView> LookAsync(int ordersMax, CancellationToken stop)
    {
        var first = MinuteOf(clock.GetUtcNow()).AddMinutes(1 - Minutes);
        var rows = await database.QueryAsync(
            Sql, [OrderFilter.IdOf(first), ordersMax + 1],
            row => (Placed: row.GetTime(0), Confirmed: row.GetTimeOrNull(1), Stage: row.GetString(2)), stop);
        var isWhole = rows.Count <= ordersMax;
        // The minute that the limit cuts in two is left out.
        if (!isWhole) first = MinuteOf(rows[^1].Placed).AddMinutes(1);
        var byMinute = rows.ToLookup(row => MinuteOf(row.Placed));
        var minutes = new List<PaceMinute>(Minutes);
        for (var at = first; at <= MinuteOf(clock.GetUtcNow()); at = at.AddMinutes(1))
        {
            double[] seconds =
            [
                .. byMinute[at].Where(row => row.Confirmed is not null)
                    .Select(row => Math.Max(0, (row.Confirmed!.Value - row.Placed).TotalSeconds)).Order(),
            ];
            minutes.Add(new PaceMinute(
                at, byMinute[at].Count(), seconds.Length,
                byMinute[at].Count(row => row.Stage == nameof(OrderState.Cancelled)),
                seconds.Length == 0 ? null : Math.Round(seconds[seconds.Length / 2], 3),
                seconds.Length == 0 ? null : Math.Round(seconds[^1], 3)));
        }
        return new OrderPaceView(isWhole, minutes);
    }

    private static DateTimeOffset MinuteOf(DateTimeOffset time) =>
        new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
}
