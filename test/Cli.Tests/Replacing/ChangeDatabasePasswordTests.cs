using Npgsql;
using Tessera.Cli.Up;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Cli.Tests.Replacing;

/// <summary>A change of password that fails half way, and the next try, on a real PostgreSQL.</summary>
public sealed class ChangeDatabasePasswordTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const string Login = "tessera_orders";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Goes_on_with_the_password_that_some_processes_have_already()
    {
        var address = await OwnDatabaseAsync();
        await using var store = new PretendedStore();
        await store.AllAreReadyAsync();
        store.Folder.WriteDatabases(new Dictionary<string, string> { ["orders"] = address });
        using var http = new HttpClient();
        var change = new ChangeDatabasePassword(
            store.Folder, new ReplaceProcess(store.Folder, http), server.AdminConnectionString);

        var (first, gone) = (store.Orders[0], store.Orders[1] with { Name = "orders-9" });
        await Assert.ThrowsAsync<UserError>(() => change.RunAsync([first, gone], Stop));
        Assert.Equal(address, store.Folder.ReadDatabases()!["orders"]);
        var begun = await SecretOfAsync(Login + "_2");
        Assert.NotEmpty(begun);

        await change.RunAsync(store.Orders, Stop);
        Assert.Equal(begun, await SecretOfAsync(Login + "_2"));
        Assert.Empty(await SecretOfAsync(Login));
        Assert.Equal(
            Login + "_2", new NpgsqlConnectionStringBuilder(store.Folder.ReadDatabases()!["orders"]).Username);

        // The next one is a change of its own.
        await change.RunAsync(store.Orders, Stop);
        Assert.NotEmpty(await SecretOfAsync(Login));
        Assert.Empty(await SecretOfAsync(Login + "_2"));
    }

    private async Task<string> OwnDatabaseAsync()
    {
        server.Require();
        await using var source = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using (var role = source.CreateCommand($"create role {Login} login password 'first'"))
            await role.ExecuteNonQueryAsync(Stop);
        await using (var database = source.CreateCommand($"create database {Login} owner {Login}"))
            await database.ExecuteNonQueryAsync(Stop);
        return new NpgsqlConnectionStringBuilder(server.AdminConnectionString)
        {
            Database = Login, Username = Login, Password = "first",
        }.ConnectionString;
    }

    /// <returns>What PostgreSQL keeps of the role's password; empty when it has none.</returns>
    private async Task<string> SecretOfAsync(string role)
    {
        await using var source = NpgsqlDataSource.Create(server.AdminConnectionString);
        await using var command = source.CreateCommand(
            $"select coalesce(rolpassword, '') from pg_authid where rolname = '{role}'");
        return (string)(await command.ExecuteScalarAsync(Stop))!;
    }
}
