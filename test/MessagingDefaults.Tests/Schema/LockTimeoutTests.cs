using System.Reflection;
using DbUp.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Tessera.ServiceDefaults;
using Tessera.Testing;
using Tessera.Testing.Servers;

namespace Tessera.MessagingDefaults.Tests.Schema;

/// <summary>A change of a table that somebody uses for long, as a report does.</summary>
public sealed class LockTimeoutTests(PostgresServer server)
{
    private static readonly SqlScript[] scripts =
    [
        new("0001-a.sql", "create table a (b int);"),
        new("0002-c.sql", "-- With a word before it.\nalter table a add column c int;"),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lets_through_who_comes_behind_it_and_is_made_the_next_time()
    {
        var address = await server.CreateDatabaseAsync();
        await ApplyAsync(address, scripts[..1]);
        await using var others = NpgsqlDataSource.Create(address);
        await using (await HoldAsync(others, "lock table a in access share mode"))
        {
            var change = Task.Run(() => ApplyAsync(address, scripts), Stop);
            await Eventually.HoldsAsync("the change waits", async () => change.IsCompleted || await ReadAsync<bool>(
                others, "select exists (select from pg_locks where relation = 'a'::regclass and not granted)"));
            Assert.Equal(0L, await ReadAsync<long>(others, "select count(*) from a"));
            var gaveWay = await Assert.ThrowsAsync<InvalidOperationException>(() => change);
            Assert.Equal(
                PostgresErrorCodes.LockNotAvailable, Assert.IsType<PostgresException>(gaveWay.InnerException).SqlState);
        }
        await ApplyAsync(address, scripts);
        Assert.Equal(0L, await ReadAsync<long>(others, "select count(c) from a"));
    }

    [Fact]
    public async Task Is_tried_again_by_a_process_that_only_migrates_until_the_table_is_free()
    {
        using var folder = new TemporaryFolder("lock");
        var address = await server.CreateDatabaseAsync();
        await using (var first = Build(address, folder.Path, new TriedAgain()))
            Assert.Equal(0, await first.RunServiceAsync());
        await using var others = NpgsqlDataSource.Create(address);
        await RunAsync(others, "drop index order_history_acts");
        await RunAsync(others, "delete from schemaversions where scriptname like '0007-%'");

        var again = new TriedAgain();
        await using var app = Build(address, folder.Path, again);
        Task<int> migration;
        await using (await HoldAsync(others, "lock table order_history in row exclusive mode"))
        {
            migration = app.RunServiceAsync();
            await again.Reason.Task.WithinAsync(Eventually.Bound);
            Assert.Contains("0007-acts.sql", await again.Reason.Task, StringComparison.Ordinal);
            Assert.Contains(PostgresErrorCodes.LockNotAvailable, await again.Reason.Task, StringComparison.Ordinal);
            Assert.False(migration.IsCompleted);
        }
        Assert.Equal(0, await migration);
        Assert.True(await ReadAsync<bool>(others, "select to_regclass('order_history_acts') is not null"));
    }

    private static Task ApplyAsync(string address, SqlScript[] scripts) => new ApplySchema(
        new PostgresServiceDatabase(address), typeof(LockTimeoutTests).Assembly,
        Options.Create(new TesseraOptions()), TimeProvider.System, NullLogger<ApplySchema>.Instance)
        .ApplyAsync(scripts, Stop);

    /// <returns>What ends it.</returns>
    private static async Task<IAsyncDisposable> HoldAsync(NpgsqlDataSource database, string how)
    {
        var connection = await database.OpenConnectionAsync(Stop);
        await connection.BeginTransactionAsync(Stop);
        await using var command = new NpgsqlCommand(how, connection);
        await command.ExecuteNonQueryAsync(Stop);
        return connection;
    }

    private static async Task RunAsync(NpgsqlDataSource database, string sql) =>
        await database.CreateCommand(sql).ExecuteNonQueryAsync(Stop);

    private static async Task<T> ReadAsync<T>(NpgsqlDataSource database, string sql) =>
        (T)(await database.CreateCommand(sql).ExecuteScalarAsync(Stop))!;

    private static WebApplication Build(string address, string folder, TriedAgain log)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Tessera:DataDirectory"] = folder,
            ["Tessera:Migrate"] = nameof(SchemaChange.Only),
            ["Database:Engine"] = "postgres",
            ["Database:ConnectionString"] = address,
            ["Listen:Http1"] = "127.0.0.1:0",
            ["Listen:Http2"] = "none",
        });
        builder.AddServiceDefaults("orders");
        builder.AddMessagingDefaults("orders", Assembly.Load("Tessera.Orders"), _ => { });
        builder.Logging.AddProvider(log);
        return builder.Build();
    }

    /// <summary>Hears why the migration has to be tried again.</summary>
    private sealed class TriedAgain : ILoggerProvider, ILogger
    {
        public TaskCompletionSource<string> Reason { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ILogger CreateLogger(string categoryName) =>
            categoryName.EndsWith(nameof(MigrateServiceDatabase), StringComparison.Ordinal)
                ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Reason.TrySetResult(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
