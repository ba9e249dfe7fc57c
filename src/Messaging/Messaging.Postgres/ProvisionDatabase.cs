using System.Text.RegularExpressions;
using Npgsql;

namespace Tessera.Messaging.Postgres;

/// <summary>Makes a database and a role of its own for a service: an operator's act, with
/// an operator's login.</summary>
public static partial class ProvisionDatabase
{
    /// <summary>
    /// Creates the role and its database if they are not there, and sets the role's password. The role may connect
    /// to this database and own what is in it; everyone else but superusers is shut out of it. Any number of processes
    /// may call it at once, and again. Returns the connection string for the service.
    /// </summary>
    /// <param name="adminConnectionString">A direct login (no pooler) that may create roles and databases.</param>
    /// <param name="service">The service's name; it names the role and the database: lower case letters,
    /// digits, <c>_</c>, <c>-</c>.</param>
    /// <param name="prefix">Put before the name, for several systems in one cluster.</param>
    /// <param name="closeOthers">Whether to shut PUBLIC out of the maintenance databases too, so that the role can
    /// reach nothing else at all. For a cluster that is ours alone.</param>
    /// <exception cref="ArgumentException">The name is not of that form.</exception>
    public static async Task<string> EnsureAsync(
        string adminConnectionString, string service, string password,
        string prefix, bool closeOthers, CancellationToken stop)
    {
        var name = prefix + service;
        if (!Name().IsMatch(name))
        {
            throw new ArgumentException($"'{name}' cannot name a role and a database.", nameof(service));
        }
        var admin = new NpgsqlConnectionStringBuilder(adminConnectionString) { Pooling = false };
        await using var source = NpgsqlDataSource.Create(admin);
        await using var connection = await source.OpenConnectionAsync(stop).ConfigureAwait(false);
        // CREATE DATABASE runs in no transaction, so the turn is the connection's, and ends with it.
        await RunAsync($"select pg_advisory_lock({Schema.Lock})").ConfigureAwait(false);
        if (!await ThereIsAsync("select 1 from pg_roles where rolname = $1").ConfigureAwait(false))
        {
            await RunAsync($"create role \"{name}\" login nosuperuser nocreatedb nocreaterole noreplication")
                .ConfigureAwait(false);
        }
        await RunAsync($"alter role \"{name}\" password {Literal(password)}").ConfigureAwait(false);
        if (!await ThereIsAsync("select 1 from pg_database where datname = $1").ConfigureAwait(false))
            await RunAsync($"create database \"{name}\"").ConfigureAwait(false);
        await RunAsync($"revoke all on database \"{name}\" from public").ConfigureAwait(false);
        await RunAsync($"grant connect, create, temporary on database \"{name}\" to \"{name}\"").ConfigureAwait(false);
        if (closeOthers)
        {
            await RunAsync("revoke connect on database postgres, template1 from public").ConfigureAwait(false);
        }
        var own = new NpgsqlConnectionStringBuilder(admin.ConnectionString) { Database = name };
        await OpenSchemaAsync(own, name, stop).ConfigureAwait(false);
        return new NpgsqlConnectionStringBuilder(adminConnectionString)
        {
            Username = name, Password = password, Database = name,
        }.ConnectionString;

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
        }

        async Task<bool> ThereIsAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection) { Parameters = { Parameters.Of(name) } };
            return await command.ExecuteScalarAsync(stop).ConfigureAwait(false) is not null;
        }
    }

    /// <summary>The database stays its creator's, so that the role cannot let others in; the tables
    /// are the role's.</summary>
    private static async Task OpenSchemaAsync(
        NpgsqlConnectionStringBuilder database, string role, CancellationToken stop)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            $"revoke all on schema public from public; grant all on schema public to \"{role}\"");
        await command.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
    }

    private static string Literal(string text) => "E'" +
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + "'";

    [GeneratedRegex(@"^[a-z][a-z0-9_-]{0,62}\z")]
    private static partial Regex Name();
}
