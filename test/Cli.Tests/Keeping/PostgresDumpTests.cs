using Npgsql;
using Tessera.Cli.Keeping;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Cli.Tests.Keeping;

/// <summary>A service's backup on a PostgreSQL that others have prepared, by a login that owns its database and no
/// more.</summary>
public sealed class PostgresDumpTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Puts_a_database_back_in_which_the_administrator_has_an_extension()
    {
        server.Require();
        await RunAsync(server.AdminConnectionString, "create role shop login");
        await RunAsync(server.AdminConnectionString, "create database shop owner shop");
        var admin = new NpgsqlConnectionStringBuilder(server.AdminConnectionString) { Database = "shop" };
        // It brings a view, functions and a comment, each of them its own.
        await RunAsync(admin.ConnectionString, "create extension pg_stat_statements");
        var own = new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Username = "shop" }.ConnectionString;
        await RunAsync(own, "create type state as enum ('new'); create table orders (id serial, state state)");
        await RunAsync(own, "insert into orders (state) values ('new')");
        using var folder = Some.Folder();
        var file = Path.Combine(folder.Path, "kept", "shop.sql");

        await PostgresDump.TakeAsync(own, file, Stop);
        await RunAsync(
            own, "create table later (id int); create view seen as select * from orders; delete from orders");
        await PostgresDump.PutAsync(file, own, Stop);

        Assert.Equal("1 new", await AskAsync(own, "select id || ' ' || state from orders"));
        Assert.Equal("1", await AskAsync(
            own, "select count(*)::text from pg_extension where extname like 'pg_stat%'"));
        Assert.Equal("0", await AskAsync(
            own, "select count(*)::text from pg_class where relname in ('later', 'seen')"));
    }

    private static async Task RunAsync(string address, string sql)
    {
        await using var source = NpgsqlDataSource.Create(address + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    private static async Task<string> AskAsync(string address, string sql)
    {
        await using var source = NpgsqlDataSource.Create(address + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync(Stop))!;
    }
}
