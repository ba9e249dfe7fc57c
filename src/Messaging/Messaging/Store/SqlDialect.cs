using System.Globalization;
using System.Text.Json;

namespace Tessera.Messaging.Store;

/// <summary>The few places where SQLite and PostgreSQL need other words for the same thing.</summary>
public static class SqlDialect
{
    /// <summary>What follows a select whose rows stay locked until the commit. Empty on SQLite: its transactions that
    /// can write exclude each other as a whole.</summary>
    public static string ForUpdate(this IDatabase database) => IsPostgres(database) ? " for update" : "";

    /// <summary>As <see cref="ForUpdate"/>, leaving out rows that another transaction has locked.</summary>
    public static string ForUpdateSkipLocked(this IDatabase database) =>
        IsPostgres(database) ? " for update skip locked" : "";

    /// <summary>A condition that <paramref name="column"/> is one of a list. The text does not depend on how many there
    /// are, so the statement is prepared once. Pass the list
    /// through <see cref="List(IDatabase, IReadOnlyCollection{string})"/>.</summary>
    public static string In(this IDatabase database, string column, int parameter)
    {
        var number = parameter.ToString(CultureInfo.InvariantCulture);
        return IsPostgres(database)
            ? $"{column} = any(${number})"
            : $"{column} in (select value from json_each(${number}))";
    }

    /// <summary>The parameter value for <see cref="In"/>.</summary>
    public static object List(this IDatabase database, IReadOnlyCollection<string> values) =>
        IsPostgres(database) ? values.ToArray() : JsonSerializer.Serialize(values);

    /// <inheritdoc cref="List(IDatabase, IReadOnlyCollection{string})"/>
    public static object List(this IDatabase database, IReadOnlyCollection<Guid> values) =>
        IsPostgres(database) ? values.ToArray() : JsonSerializer.Serialize(values);

    /// <inheritdoc cref="List(IDatabase, IReadOnlyCollection{string})"/>
    public static object List(this IDatabase database, IReadOnlyCollection<long> values) =>
        IsPostgres(database) ? values.ToArray() : JsonSerializer.Serialize(values);

    private static bool IsPostgres(IDatabase database) => database.Engine == "postgres";
}
