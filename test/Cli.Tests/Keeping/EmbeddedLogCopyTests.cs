using Microsoft.Data.Sqlite;
using Tessera.Cli.Keeping;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>A log of one stream with one partition, copied while its service and a reader of it are copied.</summary>
public sealed class EmbeddedLogCopyTests : IDisposable
{
    private readonly TemporaryFolder _folder = Some.Folder();

    public EmbeddedLogCopyTests() => Run("events.db", """
        create table log_partitions (id integer primary key, stream text, partition integer, next integer);
        create table log_entries (id integer primary key, body text);
        create table log_positions (stream text, subscriber text, partition integer, next integer);
        create table log_signals (id integer primary key, channel text);
        insert into log_partitions values (1, 'orders', 0, 0);
        """);

    [Fact]
    public void Lets_a_reader_begin_where_it_was_before_and_leaves_out_what_was_sent_after()
    {
        Append(3);
        Run(
            "events.db",
            "insert into log_positions values ('orders', 'inventory', 0, 2), ('orders', 'payments', 0, 3)");
        var copy = new EmbeddedLogCopy(_folder.File("events.db"));
        Append(1); // Before Orders is copied: it knows that it sent this.
        copy.EndOf("orders");
        Append(2); // After that: it does not.
        Run("events.db", """
            update log_positions set next = 6;
            insert into log_positions values ('orders', 'baskets', 0, 6);
            insert into log_signals values (1, 'orders-changed');
            """);
        copy.Take(_folder.File("copy.db"));

        Assert.Equal([0, 1, 2, 3], Numbers("select id - (1 << 40) from log_entries order by id"));
        Assert.Equal([4], Numbers("select next from log_partitions"));
        // Inventory and Payments as they were; Baskets, which was not there, at the end that the stream has now.
        Assert.Equal([4, 2, 3], Numbers("select next from log_positions order by subscriber"));
        Assert.Equal([0], Numbers("select count(*) from log_signals"));
    }

    public void Dispose() => _folder.Dispose();

    private void Append(int entries)
    {
        for (var each = 0; each < entries; each++)
        {
            Run("events.db", """
                insert into log_entries select (1 << 40) | next, 'x' from log_partitions;
                update log_partitions set next = next + 1;
                """);
        }
    }

    private List<long> Numbers(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File("copy.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var numbers = new List<long>();
        while (reader.Read()) numbers.Add(reader.GetInt64(0));
        return numbers;
    }

    private void Run(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File(file)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
