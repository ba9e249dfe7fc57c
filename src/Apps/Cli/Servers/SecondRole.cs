using Npgsql;

namespace Tessera.Cli.Servers;

/// <summary>
/// A second login for a service's database, so that an old and a new password hold at once: PostgreSQL knows one for
/// each role. The two take turns. What the second one makes belongs to the first, which it acts as.
/// </summary>
/// <param name="address">The administrator's.</param>
/// <param name="own">The service's, with the role that it has now.</param>
internal sealed class SecondRole(string address, string own)
{
    private const string Suffix = "_2";

    private readonly NpgsqlConnectionStringBuilder _own = new(own);

    private string Now => _own.Username!;

    /// <summary>The database is named after its owner.</summary>
    private string Owner => _own.Database!;

    private string Second => Owner + Suffix;

    /// <summary>Gives the role that is not in use a new password.</summary>
    /// <returns>The service's login with it.</returns>
    public async Task<string> OpenOtherAsync(CancellationToken stop)
    {
        var (other, password) = (Now == Owner ? Second : Owner, Passwords.New());
        await using var source = NpgsqlDataSource.Create(address);
        if (other == Second)
        {
            await RunAsync(source, $"""
                do $$ begin
                    if not exists (select from pg_roles where rolname = '{Second}') then
                        create role "{Second}" login nosuperuser nocreatedb nocreaterole noreplication;
                    end if;
                end $$
                """, stop);
            await RunAsync(source, $"grant \"{Owner}\" to \"{Second}\"", stop);
            await RunAsync(source, $"alter role \"{Second}\" set role \"{Owner}\"", stop);
        }
        await RunAsync(source, $"alter role \"{other}\" password '{password}'", stop); // Hexadecimal digits alone.
        return new NpgsqlConnectionStringBuilder(own) { Username = other, Password = password }.ConnectionString;
    }

    /// <summary>Takes the password of the role that is not in use: nobody signs in with it any more.</summary>
    public async Task CloseAsync(CancellationToken stop)
    {
        var other = Now == Owner ? Second : Owner;
        await using var source = NpgsqlDataSource.Create(address);
        await RunAsync(source, $"""
            do $$ begin
                if exists (select from pg_roles where rolname = '{other}') then
                    alter role "{other}" password null;
                end if;
            end $$
            """, stop);
    }

    private static async Task RunAsync(NpgsqlDataSource source, string sql, CancellationToken stop)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(stop);
    }
}
