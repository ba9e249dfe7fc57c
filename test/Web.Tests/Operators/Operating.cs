using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using Tessera.EndToEnd;

namespace Tessera.Web.Tests.Operators;

/// <summary>What operators do, and what goes wrong in their store.</summary>
internal static class Operating
{
    /// <summary>Opens the console, as the first operator of the store.</summary>
    public static async Task SignInAtConsoleAsync(this Visitor visitor, ShopInBrowser shop)
    {
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(shop.Data, "operator.json")));
        await visitor.GoAsync("/ops");
        await visitor.Page.GetByLabel("E-mail address").FillAsync(file.RootElement.GetProperty("email").GetString()!);
        await visitor.Page.GetByLabel("Password", new() { Exact = true })
            .FillAsync(file.RootElement.GetProperty("password").GetString()!);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(visitor.At("verdict")).ToBeVisibleAsync();
    }

    /// <summary>Whose token it is.</summary>
    public static Guid IdOf(string token)
    {
        var payload = token.Split('.')[1].Replace('-', '+').Replace('_', '/');
        using var claims = JsonDocument.Parse(
            Convert.FromBase64String(payload.PadRight((payload.Length + 3) / 4 * 4, '=')));
        return claims.RootElement.GetProperty("sub").GetGuid();
    }

    public static async Task<Visitor> NewOperatorAsync(
        this ShopInBrowser shop, bool scripts = true, ColorScheme colors = ColorScheme.Light)
    {
        var visitor = await shop.NewVisitorAsync(scripts, colors: colors);
        await visitor.SignInAtConsoleAsync(shop);
        return visitor;
    }

    /// <summary>Parks messages in Payments as if each had been tried and failed, without Payments having to.</summary>
    public static async Task ParkManyAsync(this ShopInBrowser shop, string stream, int count)
    {
        await using var connection = await OpenAsync(shop, "payments", "payments");
        await using var insert = connection.CreateCommand();
        insert.CommandText =
            """
            with recursive every(n) as (select 1 union all select n + 1 from every where n < $count)
            insert into msg_parked (event_id, stream, key, type, source, time, data, reason, attempts, parked_at)
            select printf('00000000-0000-7000-8000-%012x', n), $stream, 'key-' || n, 'orders.payment-requested.v1',
                '/tessera/orders', $time, cast('{}' as blob), 'Out of luck ' || n, 3, $time from every;
            insert into msg_parked_keys (stream, key) select stream, key from msg_parked where stream = $stream
            """;
        insert.Parameters.AddWithValue("$count", count);
        insert.Parameters.AddWithValue("$stream", stream);
        insert.Parameters.AddWithValue("$time", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        await insert.ExecuteNonQueryAsync();
    }

    /// <summary>An event that Orders publishes and Payments cannot read.</summary>
    /// <param name="follower">Another one of the same key behind it.</param>
    public static async Task<Guid> PoisonPaymentsAsync(
        this ShopInBrowser shop, bool follower = false, Guid? key = null)
    {
        var about = key ?? Guid.NewGuid();
        for (var number = 0; number < (follower ? 2 : 1); number++)
        {
            await shop.PublishAsOrdersAsync(
                about, "orders.payment-requested.v1", """{"order":"none","email":"ada@example.org"}""");
        }
        return about;
    }

    /// <summary>Publishes about an order what the embedded broker does not take: it is larger than four mebibytes.
    /// </summary>
    public static Task HoldKeyAsync(this ShopInBrowser shop, Guid order) => shop.PublishAsOrdersAsync(
        order, "orders.order-confirmed.v1", $"\"{new string('x', 5 * 1024 * 1024)}\"");

    public static Task FreeKeyAsync(this ShopInBrowser shop, Guid order) => shop.ChangeOrdersAsync(
        "delete from msg_outbox where key = $1; delete from msg_held_keys where key = $1", order.ToString());

    /// <summary>Nobody else writes into the broker's file until the returned is disposed, as when it hangs.</summary>
    public static async Task<IAsyncDisposable> HoldBrokerAsync(this ShopInBrowser shop)
    {
        var connection = await OpenAsync(shop, "broker", "events");
        await using var begin = connection.CreateCommand();
        begin.CommandText = "begin immediate";
        await begin.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>By the way of every event: the outbox, the relay and the broker.</summary>
    private static Task PublishAsOrdersAsync(this ShopInBrowser shop, Guid key, string type, string body) =>
        shop.ChangeOrdersAsync(
            """
            insert into msg_outbox (shard, event_id, stream, key, type, source, time, data)
            values ($1, $2, 'orders', $3, $4, '/tessera/orders', $5, $6)
            """,
            Messaging.Transport.Partitioner.PartitionOf(key.ToString(), 4), Guid.CreateVersion7().ToString(),
            key.ToString(), type, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
            System.Text.Encoding.UTF8.GetBytes(body));

    private static async Task ChangeOrdersAsync(this ShopInBrowser shop, string sql, params object[] values)
    {
        await using var connection = await OpenAsync(shop, "orders", "orders");
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var number = 0; number < values.Length; number++)
            command.Parameters.AddWithValue($"${number + 1}", values[number]);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<SqliteConnection> OpenAsync(ShopInBrowser shop, string folder, string name)
    {
        var connection = new SqliteConnection(
            $"Data Source={Path.Combine(shop.Data, folder, name + ".db")};Pooling=False;Default Timeout=20");
        await connection.OpenAsync();
        return connection;
    }
}
