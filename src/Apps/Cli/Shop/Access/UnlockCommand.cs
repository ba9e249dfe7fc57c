using System.CommandLine;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tessera.Cli.Up;
using Tessera.Cli.Verifying;
using Tessera.TextDefaults;

namespace Tessera.Cli.Shop;

/// <summary>Forgets failed sign-ins. Past the services, in the store's own database: who is kept out cannot sign in to
/// ask for it.</summary>
internal static class UnlockCommand
{
    public static Command Create()
    {
        var email = new Argument<string?>("email")
        {
            Description = "Whose account; the operator's when left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var data = UpOptions.Data();
        var postgres = new Option<string?>("--database-address")
        {
            Description = "The connection string that up was given, when the services keep their data in PostgreSQL.",
            HelpName = "CONNECTION",
        };
        var command = new Command("unlock", "Let an account sign in at once after too many wrong passwords.")
        {
            email, data, postgres,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var folder = new RunFolder(parsed.GetRequiredValue(data));
            var databases = new ServiceDatabases(folder, parsed.GetValue(postgres));
            var who = parsed.GetValue(email) ?? OperatorCredentials.Read(folder).Email;
            var networks = await RunAsync(databases.Of("users"), who, stop);
            Console.WriteLine(networks == 0
                ? $"{who} has no failed sign-ins."
                : $"{who} may sign in at once; failures from {networks} {(networks == 1 ? "network" : "networks")} "
                    + "are forgotten.");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>From how many networks there were failures.</summary>
    internal static async Task<int> RunAsync(DatabaseSource users, string email, CancellationToken stop)
    {
        if (!users.IsThere) throw new UserError($"{users.File} is missing: was a store ever started there?");
        await using DbConnection connection = users.ConnectionString is { } address
            ? new NpgsqlConnection(address)
            : new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = users.File,
                Mode = SqliteOpenMode.ReadWrite,
                Pooling = false,
            }.ToString());
        try
        {
            await connection.OpenAsync(stop);
            await using var command = connection.CreateCommand();
            command.CommandText = "delete from sign_in_failures where account = @account";
            var account = command.CreateParameter();
            (account.ParameterName, account.Value) = ("account", EmailAddress.KeyOf(email));
            command.Parameters.Add(account);
            return await command.ExecuteNonQueryAsync(stop);
        }
        catch (DbException failure)
        {
            throw new UserError($"The database of users cannot be written: {failure.Message}");
        }
    }
}
