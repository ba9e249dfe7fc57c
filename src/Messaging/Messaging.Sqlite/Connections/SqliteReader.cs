using System.Data.Common;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>Guid is TEXT, time is INTEGER Unix milliseconds.</summary>
internal sealed class SqliteReader(DbDataReader reader) : StoreReader(reader)
{
    public override Guid GetGuid(int column) => Guid.Parse(Reader.GetString(column));

    public override DateTimeOffset GetTime(int column) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Reader.GetInt64(column));
}
