using Npgsql;
using NpgsqlTypes;

namespace Tessera.Messaging.Postgres;

/// <summary>Typed parameters: no boxing where it is hot, and the same types at each call, so that a statement is
/// prepared once.</summary>
internal static class Parameters
{
    public static NpgsqlParameter Of(Guid value) => new NpgsqlParameter<Guid> { TypedValue = value };
    public static NpgsqlParameter Of(string value) => new NpgsqlParameter<string> { TypedValue = value };
    public static NpgsqlParameter Of(int value) => new NpgsqlParameter<int> { TypedValue = value };
    public static NpgsqlParameter Of(long value) => new NpgsqlParameter<long> { TypedValue = value };
    public static NpgsqlParameter Of(TimeSpan value) => new NpgsqlParameter<TimeSpan> { TypedValue = value };

    public static NpgsqlParameter Of(DateTimeOffset value) =>
        new NpgsqlParameter<DateTime> { TypedValue = value.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    public static NpgsqlParameter Of(ReadOnlyMemory<byte> value) =>
        new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    /// <summary>A text that may be null keeps its type, else the statement would be planned anew
    /// for each null.</summary>
    public static NpgsqlParameter OfNullable(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter OfNullable(Guid? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    public static NpgsqlParameter OfNullable(DateTimeOffset? value) =>
        new() { Value = (object?)value?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    public static NpgsqlParameter Array(Guid[] values) => Array(values, NpgsqlDbType.Uuid);
    public static NpgsqlParameter Array(string?[] values) => Array(values, NpgsqlDbType.Text);
    public static NpgsqlParameter Array(int[] values) => Array(values, NpgsqlDbType.Integer);
    public static NpgsqlParameter Array(long[] values) => Array(values, NpgsqlDbType.Bigint);
    public static NpgsqlParameter Array(DateTime[] values) => Array(values, NpgsqlDbType.TimestampTz);
    public static NpgsqlParameter Array(ReadOnlyMemory<byte>[] values) => Array(values, NpgsqlDbType.Bytea);

    public static void AddAll(NpgsqlParameterCollection parameters, object?[] values)
    {
        foreach (var value in values) parameters.Add(Of(value));
    }

    /// <summary>The values of one column, as <c>unnest</c> wants them; null when they have no one type that both
    /// <see cref="Of(object?)"/> and this know.</summary>
    public static NpgsqlParameter? ArrayOf(object?[] values) => values.FirstOrDefault(value => value is not null) switch
    {
        string => Texts(values),
        Guid => Values<Guid>(values, NpgsqlDbType.Uuid),
        int => Values<int>(values, NpgsqlDbType.Integer),
        long => Values<long>(values, NpgsqlDbType.Bigint),
        bool => Values<bool>(values, NpgsqlDbType.Boolean),
        double => Values<double>(values, NpgsqlDbType.Double),
        DateTimeOffset => Values<DateTime>(
            System.Array.ConvertAll(values, value => value is DateTimeOffset time ? time.UtcDateTime : value),
            NpgsqlDbType.TimestampTz),
        _ => null,
    };

    private static NpgsqlParameter? Texts(object?[] values) =>
        System.Array.TrueForAll(values, value => value is null or string)
            ? Array(System.Array.ConvertAll(values, value => (string?)value))
            : null;

    private static NpgsqlParameter? Values<T>(object?[] values, NpgsqlDbType element) where T : struct
    {
        if (System.Array.TrueForAll(values, value => value is T))
            return Array(System.Array.ConvertAll(values, value => (T)value!), element);
        return System.Array.TrueForAll(values, value => value is null or T)
            ? Array(System.Array.ConvertAll(values, value => (T?)value), element)
            : null;
    }

    private static NpgsqlParameter Of(object? value) => value switch
    {
        null => new NpgsqlParameter { Value = DBNull.Value },
        string text => Of(text),
        Guid id => Of(id),
        int number => Of(number),
        long number => Of(number),
        DateTimeOffset time => Of(time),
        ReadOnlyMemory<byte> bytes => Of(bytes),
        DateTimeOffset[] times => Array(System.Array.ConvertAll(times, time => time.UtcDateTime)),
        _ => new NpgsqlParameter { Value = value },
    };

    private static NpgsqlParameter<T[]> Array<T>(T[] values, NpgsqlDbType element) =>
        new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | element };
}
