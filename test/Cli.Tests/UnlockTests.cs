using Microsoft.Data.Sqlite;
using Tessera.Cli.Shop;
using Tessera.Cli.Up;
using Tessera.Cli.Verifying;
using Tessera.TextDefaults;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class UnlockTests : IDisposable
{
    private readonly TemporaryFolder _folder = Some.Folder();

    private string UsersFile => Path.Combine(_folder.Path, "users.db");

    [Fact]
    public async Task Forgets_the_failures_of_one_account_from_all_networks()
    {
        await using var database = await OpenAsync();
        await ExecuteAsync(
            database,
            $"""
            insert into sign_in_failures (account, network, failures, failed_at) values
                ('{EmailAddress.KeyOf("ann@example.com")}', '203.0.113.9', 9, 0),
                ('{EmailAddress.KeyOf("ann@example.com")}', '2001:db8::/64', 5, 0),
                ('{EmailAddress.KeyOf("bob@example.com")}', '203.0.113.9', 5, 0)
            """);
        var users = new DatabaseSource(UsersFile, null);
        Assert.Equal(2, await UnlockCommand.RunAsync(users, " Ann@Example.com", TestContext.Current.CancellationToken));
        Assert.Equal(0, await UnlockCommand.RunAsync(users, "ann@example.com", TestContext.Current.CancellationToken));
        Assert.Equal(1L, await ScalarAsync(database, "select count(*) from sign_in_failures"));
    }

    [Fact]
    public async Task Says_so_when_there_is_no_store()
    {
        var users = new DatabaseSource(Path.Combine(_folder.Path, "nothing.db"), null);
        var error = await Assert.ThrowsAsync<UserError>(
            () => UnlockCommand.RunAsync(users, "ann@example.com", TestContext.Current.CancellationToken));
        Assert.Contains("was a store ever started", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The tables as the service itself makes them.</summary>
    private async Task<SqliteConnection> OpenAsync()
    {
        var database = new SqliteConnection($"Data Source={UsersFile};Pooling=False");
        await database.OpenAsync(TestContext.Current.CancellationToken);
        var scripts = Path.Combine(SourceTree.Root, "src", "Services", "Users", "Schema");
        var own = Directory.GetFiles(scripts, "*.sql").Order(StringComparer.Ordinal)
            .Where(script => !script.EndsWith(".postgres.sql", StringComparison.Ordinal));
        foreach (var script in own)
            await ExecuteAsync(database, await File.ReadAllTextAsync(script, TestContext.Current.CancellationToken));
        return database;
    }

    private static async Task ExecuteAsync(SqliteConnection database, string sql)
    {
        await using var command = database.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<object?> ScalarAsync(SqliteConnection database, string sql)
    {
        await using var command = database.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
