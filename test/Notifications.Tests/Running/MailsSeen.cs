using Microsoft.Data.Sqlite;

namespace Tessera.Notifications.Tests;

/// <summary>A mail as the service notes it.</summary>
internal sealed record NotedMail(long Number, Guid Id, string Kind, string Key, string State);

/// <summary>What Notifications has done, as its database and its folder of mails show it.</summary>
internal sealed class MailsSeen(string database, string outbox)
{
    public IReadOnlyList<NotedMail> Noted() => Read(
        "select number, id, kind, key, state from mails order by number",
        row => new NotedMail(
            row.GetInt64(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetString(4)));

    public IReadOnlyList<string> ParkedReasons() => Read("select reason from parked", row => row.GetString(0));

    public int SentCount() => File.Exists(database)
        ? Read("select count(*) from mails where state = 'sent'", row => row.GetInt32(0)).Single()
        : 0;

    /// <summary>The files of mails, and when each was last written.</summary>
    public IReadOnlyDictionary<Guid, DateTime> Written() => Directory.GetFiles(outbox, "*.eml")
        .ToDictionary(file => Guid.Parse(Path.GetFileNameWithoutExtension(file)), File.GetLastWriteTimeUtc);

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        List<T> found = [];
        while (rows.Read()) found.Add(read(rows));
        return found;
    }
}
