using DbUp.Engine;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Tessera.ServiceDefaults;
using Tessera.Testing.Servers;

namespace Tessera.MessagingDefaults.Tests.Schema;

public sealed class OutsideTransactionTests(PostgresServer server)
{
    private static readonly SqlScript[] scripts =
    [
        new("0001-a.sql", "create table a (b int); insert into a values (1);"),
        new("0002-index.postgres.sql",
            """
            -- outside a transaction: others write to the table while it is built.
            drop index concurrently if exists a_by_b;
            create index concurrently a_by_b on a (b);
            """),
        new("0003-c.sql", "create table c (d int);"),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Builds_an_index_concurrently_between_files_that_run_in_transactions()
    {
        var address = await server.CreateDatabaseAsync();
        await ApplyAsync(address);
        await ApplyAsync(address); // Once more changes nothing.
        Assert.Equal(3L, await ReadAsync(address, "select count(*) from schemaversions"));
        Assert.Equal(1L, await ReadAsync(address,
            "select count(*) from pg_index where indrelid = 'a'::regclass and indisvalid"));
    }

    [Fact]
    public async Task Replicas_that_wait_for_their_turn_do_not_hold_the_index_up()
    {
        var address = await server.CreateDatabaseAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => ApplyAsync(address), Stop)));
        Assert.Equal(3L, await ReadAsync(address, "select count(*) from schemaversions"));
    }

    private static Task ApplyAsync(string address) => new ApplySchema(
        new PostgresServiceDatabase(address), typeof(OutsideTransactionTests).Assembly,
        Options.Create(new TesseraOptions()), TimeProvider.System, NullLogger<ApplySchema>.Instance)
        .ApplyAsync(scripts, Stop);

    private static async Task<long> ReadAsync(string address, string sql)
    {
        await using var database = NpgsqlDataSource.Create(address);
        return (long)(await database.CreateCommand(sql).ExecuteScalarAsync(Stop))!;
    }
}
