using System.Text.RegularExpressions;
using Tessera.Messaging.Store;

namespace Tessera.Orders.Tests.Tending;

/// <summary>What operators look at costs the same with 100,000 orders: it is read by indexes, and no more of it than is
/// shown. Said by the databases' plans, for a time would say more of the machine.</summary>
public sealed partial class ManyOrdersTests
{
    private const int OrdersCount = 100_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_page_of_operators_is_read_along_an_index_and_nothing_is_sorted(bool onPostgres)
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres);
        await FillAsync(orders, onPostgres);
        var (database, now) = (orders.Service.Get<IDatabase>(), orders.Service.Clock.GetUtcNow());
        var bound = OrderFilter.IdOf(now.AddHours(-1));
        (string Name, string Sql, object?[] Parameters)[] reads =
        [
            ("pace", ReadPace.Sql, [bound, 101]), ("acts", ReadActs.Sql, [50]),
            Search("all", new OrderFilter()), Search("state", new OrderFilter(State: "Confirmed")),
            Search("flow", new OrderFilter(State: "Placed")), Search("buyer", new OrderFilter(Guid.NewGuid())),
            Search("reference", new OrderFilter(Reference: "r-7")), Search("product", new OrderFilter(Sku: "TEA")),
            Search("time", new OrderFilter(From: now.AddHours(-1), To: now)),
        ];
        var faults = new List<string>();
        foreach (var (name, sql, parameters) in reads)
        {
            var plan = string.Join('\n', await database.QueryAsync(
                (onPostgres ? "explain " : "explain query plan ") + sql, parameters,
                row => row.GetString(onPostgres ? 0 : 3), default));
            if (Dear().IsMatch(plan)) faults.Add($"{name}:\n{plan}");
        }
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
        Assert.Matches(Dear(), await WorstAsync(database, onPostgres)); // The pattern knows a bad one when it sees it.
        var page = await orders.Service.Get<PlacedOrders>().SearchAsync(new OrderFilter(), null, 50, default);
        Assert.Equal(50, page.Items.Count);
        Assert.NotNull(page.Next);
    }

    private static (string, string, object?[]) Search(string name, OrderFilter filter)
    {
        var (sql, parameters) = filter.Select("o.id, o.state, o.buyer", null, 51);
        return (name, sql, parameters);
    }

    private static async Task<string> WorstAsync(IDatabase database, bool onPostgres) => string.Join(
        '\n', await database.QueryAsync(
            (onPostgres ? "explain " : "explain query plan ")
                + "select id from orders where currency = $1 order by total_minor limit 5", ["GBP"],
            row => row.GetString(onPostgres ? 0 : 3), default));

    /// <summary>Placed a second apart, up to now.</summary>
    private static async Task FillAsync(OrdersInMemory orders, bool onPostgres)
    {
        var milliseconds = orders.Service.Clock.GetUtcNow().AddSeconds(-OrdersCount).ToUnixTimeMilliseconds();
        var (numbers, id, time) = onPostgres
            ? ($"select n from generate_series(1, {OrdersCount}) n",
                $"(lpad(to_hex({milliseconds} + n * 1000), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid",
                $"to_timestamp(({milliseconds} + n * 1000) / 1000.0)")
            : ($"with recursive every(n) as (select 1 union all select n + 1 from every where n < {OrdersCount}) "
                + "select n from every",
                $"printf('%08x-%04x-7000-8000-%012x', ({milliseconds} + n * 1000) >> 16, "
                    + $"({milliseconds} + n * 1000) & 65535, n)",
                $"{milliseconds} + n * 1000");
        await orders.Service.ExecuteAsync($"""
            insert into orders (id, buyer, idempotency_key, request_hash, state, stock_committed, lines, total_minor,
                currency, payment_method, reference, placed_at, version)
            select {id}, {id}, cast(n as text), 'h', case when n % 10 = 0 then 'Placed' else 'Confirmed' end, false,
                '[]', 500, 'GBP', 'tok_ok', 'r-' || n % 1000, {time}, 1 from ({numbers}) as numbers
            """);
        await orders.Service.ExecuteAsync("insert into order_products (sku, order_id) select 'TEA', id from orders");
        await orders.Service.ExecuteAsync("""
            insert into order_history (order_id, version, at, state, because, actor)
            select id, 1, placed_at, state, 'OrderPlaced', null from orders
            """);
        await orders.Service.ExecuteAsync("analyze");
    }

    // SQLite names a walk along an index so that ends with the page like one without end: it is all there is then.
    [GeneratedRegex(@"Seq Scan|Sort|SCAN \w+(?! USING)|TEMP B-TREE")]
    private static partial Regex Dear();
}
