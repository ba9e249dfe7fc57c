using Npgsql;
using Tessera.Testing.Servers;
using Xunit;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

public sealed class ProvisionTests(PostgresServer server)
{
    private readonly string _prefix = "p" + Guid.NewGuid().ToString("N")[..8] + "_";

    [Fact]
    public async Task Gives_a_service_a_database_that_it_alone_can_use()
    {
        server.Require();
        var orders = await EnsureAsync("orders");
        var payments = await EnsureAsync("payments");
        await RunAsync(orders, "create table orders (id int primary key)");
        await RunAsync(payments, "create table payments (id int primary key)");
        var strange = new NpgsqlConnectionStringBuilder(payments) { Database = _prefix + "orders" }.ConnectionString;
        var refused = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(strange, "select 1"));
        Assert.Equal("42501", refused.SqlState);
    }

    [Fact]
    public async Task Gives_no_right_to_create_roles_and_databases_or_to_let_others_in()
    {
        server.Require();
        var orders = await EnsureAsync("orders");
        await EnsureAsync("payments");
        await RefusedAsync(orders, "create role helper");
        await RefusedAsync(orders, $"create database \"{_prefix}more\"");
        // A warning, no effect.
        await RunAsync(orders, $"grant connect on database \"{_prefix}orders\" to \"{_prefix}payments\"");
        var strange = new NpgsqlConnectionStringBuilder(orders) { Username = _prefix + "payments" }.ConnectionString;
        await RefusedAsync(strange, "select 1");
    }

    [Fact]
    public async Task Replicas_that_start_together_all_succeed()
    {
        server.Require();
        var strings = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => EnsureAsync("catalog")));
        foreach (var one in strings.Distinct()) await RunAsync(one, "select 1");
    }

    [Fact]
    public async Task Refuses_a_name_that_needs_quoting()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => EnsureAsync("or\"ders"));
    }

    private Task<string> EnsureAsync(string service) => ProvisionDatabase.EnsureAsync(
        server.AdminConnectionString, service, "it's\\secret", _prefix, closeOthers: false, Stop);

    private static async Task RefusedAsync(string connectionString, string sql) =>
        Assert.Equal(
            "42501", (await Assert.ThrowsAsync<PostgresException>(() => RunAsync(connectionString, sql))).SqlState);

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
