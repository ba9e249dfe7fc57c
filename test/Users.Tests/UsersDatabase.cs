using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tessera.Testing.Services;

namespace Tessera.Users.Tests;

/// <summary>Looks into the database of the service, for what no answer shows.</summary>
internal static class UsersDatabase
{
    public static Task<long> LivingRefreshTokensAsync(UsersProcess users, string subject) => CountAsync(
        users,
        """
        select count(*) from "OpenIddictTokens"
        where "Subject" = @given and "Status" = 'valid' and "Type" like '%refresh_token'
        """,
        subject);

    public static async Task<long> CountAsync(UsersProcess users, string sql, object given) =>
        (long)(await ReadAsync(users, sql, given))!;

    /// <summary>The one value that the statement gives.</summary>
    public static async Task<object?> ReadAsync(UsersProcess users, string sql, object given)
    {
        await using var connection = await OpenAsync(users);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("given", given);
        command.Parameters.Add(parameter);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>One column of all rows that the statement gives.</summary>
    public static async Task<IReadOnlyList<string>> ReadTextsAsync(
        UsersProcess users, string sql, object given, int column = 0)
    {
        await using var connection = await OpenAsync(users);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("given", given);
        command.Parameters.Add(parameter);
        var texts = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) texts.Add(reader.GetString(column));
        return texts;
    }

    /// <summary>Writes what a former version would have written.</summary>
    public static async Task ExecuteAsync(UsersProcess users, string sql, object a, object? b = null, int rows = 1)
    {
        await using var connection = await OpenAsync(users);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in new[] { ("a", a), ("b", b) })
        {
            if (value is null) continue;
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) =
                (name, value is Guid id && !TestDatabase.IsPostgres ? id.ToString() : value);
            command.Parameters.Add(parameter);
        }
        Assert.Equal(rows, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<DbConnection> OpenAsync(UsersProcess users)
    {
        DbConnection connection = TestDatabase.IsPostgres
            ? new NpgsqlConnection(await TestDatabase.ProvisionAsync("users", users.Data.Path))
            : new SqliteConnection($"Data Source={users.Data.File("users/users.db")};Mode=ReadWrite;Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
