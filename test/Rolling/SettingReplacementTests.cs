using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace Tessera.Rolling;

/// <summary>What a service is told is changed while customers order: the broker's address, its database's password,
/// and, which must not be, a value that it refuses. Nobody's request fails and no event is lost or handled twice.
/// </summary>
public sealed class SettingReplacementTests(RollingStores stores)
{
    private const int OrdersBetween = 20;

    [Fact]
    public async Task Moves_to_another_address_of_the_broker_and_to_another_password_one_process_after_the_other()
    {
        var store = await stores.OnAsync("rabbitmq");
        await using var forwarder = PortForwarder.To(await PortOfAsync(store, "rabbitmq"));
        await using var load = await SteadyLoad.BeginAsync(store.Shop, Extent.Rate);
        foreach (var service in Extent.Services.Where(KeepsData))
        {
            await load.GoOnAsync(OrdersBetween, pages: 2);
            var connections = forwarder.Connections;
            await store.RunAsync("replace", service, "--set", $"Messaging:RabbitMq:Uri=@{Uri(store, forwarder.Port)}");
            Assert.True(forwarder.Connections >= connections + 2, $"{service} did not come by the other address.");
            await load.GoOnAsync(OrdersBetween, pages: 2);

            var old = LoginOf(store, service);
            await store.RunAsync("replace", service, "--new-password");
            var login = LoginOf(store, service);
            Assert.True(await IsLetInAsync(login), "The new password is refused.");
            Assert.False(await IsLetInAsync(old), "The old password is taken still.");
            await load.GoOnAsync(OrdersBetween, pages: 2);
            // And back to where the broker is: the forwarder ends with this test.
            await store.RunAsync(
                "replace", service, "--set",
                $"Messaging:RabbitMq:Uri=@{Uri(store, await PortOfAsync(store, "rabbitmq"))}");
        }
        await EndWholeAsync(store, load);
    }

    [Fact]
    public async Task What_does_not_become_ready_makes_room_for_what_ran_before()
    {
        var store = await stores.OnAsync(Extent.Brokers[0]);
        var old = await store.VersionsAsync("orders");
        await using var load = await SteadyLoad.BeginAsync(store.Shop, Extent.Rate);
        await load.GoOnAsync(OrdersBetween, pages: 2);

        var refused = await store.TryAsync("replace", "orders", "--set", "Orders:PaymentTimeout=-00:00:01");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Matches(
            "orders did not become ready: it ended with code .*, 3 times in a row: .*Orders:PaymentTimeout.*" +
            "orders runs again what it ran before", refused.Error);
        Assert.Single(refused.Error.Trim().Split('\n'));
        Assert.Equal(old, await store.VersionsAsync("orders"));
        Assert.All(
            (await store.StatusAsync()).GetProperty("services").EnumerateArray(),
            process => Assert.Equal("ready", process.GetProperty("state").GetString()));
        await EndWholeAsync(store, load);
    }

    private static bool KeepsData(string service) =>
        service is not ("gateway" or "web" or "ops" or "notifications");

    private static async Task<int> PortOfAsync(RollingStore store, string server) => int.Parse(
        await File.ReadAllTextAsync(Path.Combine(store.Data, "servers", server, "port")), CultureInfo.InvariantCulture);

    /// <returns>A file with the broker's address, which has a password in it.</returns>
    private static string Uri(RollingStore store, int port)
    {
        var password = File.ReadAllText(Path.Combine(store.Data, "servers", "rabbitmq", "password")).Trim();
        var file = Path.Combine(store.Data, $"broker-{port}");
        File.WriteAllText(file, $"amqp://tessera:{password}@127.0.0.1:{port}/\n");
        return file;
    }

    private static string LoginOf(RollingStore store, string service)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(store.Data, "keys", "databases.json")));
        return file.RootElement.GetProperty(service).GetString()!;
    }

    private static async Task<bool> IsLetInAsync(string login)
    {
        try
        {
            await using var connection = new NpgsqlConnection(login + ";Pooling=false");
            await connection.OpenAsync();
            return true;
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            return false;
        }
    }

    private static async Task EndWholeAsync(RollingStore store, SteadyLoad load)
    {
        await load.GoOnAsync(OrdersBetween, pages: 2);
        await load.EndAsync();
        store.Orders.UnionWith(load.Placed);
        Assert.True(load.Failures.Count == 0, string.Join("\n", load.Failures.Take(5)));
        await store.AllAreWholeAsync();
    }
}
