using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Tessera.Users.Contracts;
using Xunit;

namespace Tessera.EndToEnd.Accounts;

/// <summary>All that the store keeps of a person: in one file for the person, and nowhere after the erasure.</summary>
[Collection(nameof(PlainStore))]
public sealed class ExportAndErasureTests(PlainStore store)
{
    private const string Password = "correct horse battery";
    private const string Broker = "broker";

    [Fact]
    public async Task Hands_a_person_what_each_service_keeps_and_forgets_it_everywhere_on_demand()
    {
        var planted = Planted.New();
        var buyer = await PlantAsync(planted);

        var export = await store.Shop.GetAsync<JsonElement>("/api/v1/users/me/export", buyer);
        var text = export.GetRawText();
        foreach (var value in planted.All) Assert.Contains(value, text, StringComparison.Ordinal);
        var services = export.GetProperty("services");
        Assert.Equal(
            ["baskets", "inventory", "orders", "payments"],
            services.EnumerateObject().Select(each => each.Name).Order());
        Assert.Equal(1, services.GetProperty("orders").GetProperty("items").GetArrayLength());
        Assert.Equal(1, services.GetProperty("payments").GetProperty("items").GetArrayLength());
        var basket = services.GetProperty("baskets").GetProperty("items")[0].GetProperty("lines")[0];
        Assert.Equal(3, basket.GetProperty("quantity").GetInt32());
        var stranger = await store.Shop.NewBuyerAsync();
        var foreign = await store.Shop.GetAsync<JsonElement>("/api/v1/users/me/export", stranger);
        foreach (var value in planted.All)
            Assert.DoesNotContain(value, foreign.GetRawText(), StringComparison.Ordinal);
        Assert.NotEmpty(await FindAsync(planted.All)); // The search sees what is there.

        await store.Shop.SendAsync(HttpMethod.Delete, "/api/v1/users/me", null, buyer);
        await Eventually.HoldsAsync(
            "nothing of the person is in any database",
            async () => (await FindAsync(planted.All)).Count == 0, TimeSpan.FromSeconds(60));
        // The broker's log is never rewritten: what it has is gone once it was read and its time is over. Of the person
        // it has what stands for the card, and nothing else.
        Assert.All(
            await FindAsync(planted.All, Broker),
            line => Assert.EndsWith(planted.Card, line, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Is_offered_to_a_person_as_a_file_and_to_no_machine()
    {
        var person = await store.Shop.NewBuyerAsync();
        using var asked = await store.Shop.TryAsync(HttpMethod.Get, "/api/v1/users/me/export", null, person);
        Assert.Equal(
            "attachment; filename=\"tessera-account.json\"", asked.Content.Headers.ContentDisposition?.ToString());
        using var machine = await store.Shop.TryAsync(
            HttpMethod.Get, "/api/v1/users/me/export", null, (await store.RunAsync("token", "--scripts")).Trim());
        Assert.Equal(HttpStatusCode.Forbidden, machine.StatusCode);
    }

    private async Task<string> PlantAsync(Planted planted)
    {
        using var registered = await store.Shop.Http.PostAsJsonAsync(
            "/api/v1/users", new RegisterUserRequest(planted.Email, Password, planted.Name),
            TestContext.Current.CancellationToken);
        registered.EnsureSuccessStatusCode();
        var buyer = await store.Shop.SignInAsync(planted.Email, Password);
        await store.Shop.SendAsync(
            HttpMethod.Post, "/api/v1/users/me/addresses",
            new AddressRequest(planted.Street, null, planted.City, "N1", "England"), buyer);
        var sku = await store.Shop.NewProductAsync();
        await store.Shop.SendAsync(
            HttpMethod.Put, $"/api/v1/baskets/mine/lines/{sku}", new { quantity = 3, seenPriceMinor = 250 }, buyer);
        using var placed = await store.Shop.TryPlaceAsync(
            buyer, new PlaceOrderRequest(
                [new PlaceOrderLine(sku, 1)], planted.Card, planted.Reference, Delivery: "standard",
                Address: new DeliveryAddress(planted.Name, planted.Street, null, planted.City, "N1", "England")));
        Assert.Equal(HttpStatusCode.Created, placed.StatusCode);
        var order = (await placed.Content.ReadFromJsonAsync<OrderView>(TestContext.Current.CancellationToken))!;
        var me = await store.Shop.GetAsync<JsonElement>("/api/v1/users/me", buyer);
        await AddPasskeyAsync(me.GetProperty("id").GetString()!, planted.Passkey);
        // Nobody knows such a card, and it is kept all the same.
        await store.Shop.BecomesAsync(buyer, order.Id, "Cancelled");
        return buyer;
    }

    /// <summary>As an authenticator leaves it, which no test of whole stores has.</summary>
    private async Task AddPasskeyAsync(string user, string name)
    {
        var file = Directory.GetFiles(store.Data, "users.db", SearchOption.AllDirectories).Single();
        await using var connection = new SqliteConnection($"Data Source={file};Mode=ReadWrite;Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = """
            insert into passkeys (id, user_id, public_key, sign_count, name, made_at)
            values ($name, $user, 'none', 0, $name, 1790000000000)
            """;
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$user", user);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Where a value stands, in any column of any table of any database of the store.</summary>
    private async Task<IReadOnlyList<string>> FindAsync(IReadOnlyList<string> values, string? folder = null)
    {
        var found = new List<string>();
        foreach (var file in Directory.GetFiles(store.Data, "*.db", SearchOption.AllDirectories))
        {
            if ((Path.GetFileName(Path.GetDirectoryName(file)) == Broker) != (folder == Broker)) continue;
            await using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            foreach (var table in await ReadAsync(
                connection, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"))
            {
                foreach (var cell in await ReadAsync(connection, $"select * from \"{table}\""))
                {
                    foreach (var value in values)
                    {
                        if (cell.Contains(value, StringComparison.OrdinalIgnoreCase))
                            found.Add($"{Path.GetFileName(file)} {table}: {value}");
                    }
                }
            }
        }
        return found;
    }

    /// <summary>Each cell as text, whatever it is.</summary>
    private static async Task<List<string>> ReadAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var cells = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            for (var column = 0; column < reader.FieldCount; column++)
            {
                cells.Add(reader.GetValue(column) switch
                {
                    byte[] bytes => System.Text.Encoding.UTF8.GetString(bytes),
                    var other => other.ToString() ?? "",
                });
            }
        }
        return cells;
    }

    private sealed record Planted(
        string Email, string Name, string Street, string City, string Reference, string Card, string Passkey)
    {
        public IReadOnlyList<string> All => [Email, Name, Street, City, Reference, Card, Passkey];

        public static Planted New()
        {
            var mark = Guid.NewGuid().ToString("N");
            // What is after the mark of a known answer is the token's own.
            return new Planted(
                $"planted-{mark}@example.org", $"Planted {mark}", $"{mark} Lane", $"City {mark}", $"ref {mark}",
                $"tok_ok_{mark}", $"key {mark}");
        }
    }
}
