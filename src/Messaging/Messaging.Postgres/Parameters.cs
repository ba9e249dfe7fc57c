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
