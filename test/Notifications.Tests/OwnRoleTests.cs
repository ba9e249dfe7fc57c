using Npgsql;
using Tessera.Cli.Shipping;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Notifications.Tests;

/// <summary>What a store in containers makes in its PostgreSQL, made in one.</summary>
public sealed class OwnRoleTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const string Own = "notifications";

    [Fact]
    public async Task Notifications_has_a_role_that_owns_its_database_alone_and_nobody_else_comes_in()
    {
        server.RequireOwn();
        var files = StoreSecrets.Make(ListedProcess.All());
        var statements = files["postgres/databases.sql"].Split(";\n", StringSplitOptions.RemoveEmptyEntries);
        foreach (var statement in statements) await RunAsync(server.AdminConnectionString, statement);
        var own = As(files, Own);
        Assert.Equal((Own, Own), (own.Username, own.Database));
        await RunAsync(own.ConnectionString, "create table things (name text)");
        Assert.Equal([Own], await ReadAsync(
            own.ConnectionString, "select datname from pg_database where pg_get_userbyid(datdba) = current_user"));
        Assert.Equal(["f f f f"], await ReadAsync(
            own.ConnectionString,
            "select concat_ws(' ', rolsuper, rolcreatedb, rolcreaterole, rolbypassrls) from pg_roles " +
            "where rolname = current_user"));

        var others = await ReadAsync(
            server.AdminConnectionString,
            $"select rolname from pg_roles where rolcanlogin and not rolsuper and rolname <> '{Own}'");
        Assert.Contains("orders", others);
        foreach (var other in others)
        {
            await AssertRefusedAsync(As(files, other), Own);
            await AssertRefusedAsync(own, other);
        }
    }

    private static async Task AssertRefusedAsync(NpgsqlConnectionStringBuilder who, string database)
    {
        who = new NpgsqlConnectionStringBuilder(who.ConnectionString) { Database = database };
        var refused = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(who.ConnectionString, "select 1"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    /// <summary>As the process of that name connects, here.</summary>
    private NpgsqlConnectionStringBuilder As(SortedDictionary<string, string> files, string name) =>
        new(files[$"{name}/Database__ConnectionString"]) { Host = "127.0.0.1", Port = server.Port };

    private static async Task RunAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        List<string> found = [];
        while (await rows.ReadAsync(TestContext.Current.CancellationToken)) found.Add(rows.GetString(0));
        return found;
    }
}
