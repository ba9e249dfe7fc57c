using System.Data.Common;

namespace Tessera.Messaging.Store;

/// <summary>Reads the columns of a row by position, alike on each engine.</summary>
public abstract class StoreReader(DbDataReader reader)
{
    protected DbDataReader Reader { get; } = reader;

    public bool IsNull(int column) => Reader.IsDBNull(column);
    public string GetString(int column) => Reader.GetString(column);
    public string? GetStringOrNull(int column) => Reader.IsDBNull(column) ? null : Reader.GetString(column);
    public int GetInt32(int column) => Reader.GetInt32(column);
    public long GetInt64(int column) => Reader.GetInt64(column);
    public bool GetBoolean(int column) => Reader.GetBoolean(column);
    public byte[] GetBytes(int column) => Reader.GetFieldValue<byte[]>(column);
    public abstract Guid GetGuid(int column);
    public abstract DateTimeOffset GetTime(int column);
    public DateTimeOffset? GetTimeOrNull(int column) => Reader.IsDBNull(column) ? null : GetTime(column);
}
