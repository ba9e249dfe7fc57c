using Microsoft.Data.Sqlite;
using Tessera.Cli.Keeping;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class SqliteCopyTests : IDisposable
{
    private readonly TemporaryFolder _folder = Some.Folder();

    [Fact]
    public void Copies_what_is_committed_while_another_connection_writes()
    {
        using var writer = Open("orders.db", "pragma journal_mode = wal; create table orders (id text)");
        Run(writer, "insert into orders values ('committed'); begin; insert into orders values ('under way')");
        SqliteCopy.Take(_folder.File("orders.db"), _folder.File("backup/orders.db"));
        Assert.Equal(["committed"], Ids("backup/orders.db"));
        Assert.Equal(["orders.db"], Directory.GetFiles(_folder.File("backup")).Select(Path.GetFileName));
    }

    [Fact]
    public void Puts_a_copy_in_the_place_of_a_file_whose_log_a_killed_process_has_left()
    {
        KeepCopy("kept");
        using (var killed = Open("running.db", "pragma journal_mode = wal; create table orders (id text)"))
        {
            Run(killed, "insert into orders values ('later')");
            foreach (var end in (string[])["", "-wal"])
                File.Copy(_folder.File("running.db" + end), _folder.File("orders.db" + end));
        }
        Assert.True(new FileInfo(_folder.File("orders.db-wal")).Length > 0);
        SqliteCopy.Put(_folder.File("backup.db"), _folder.File("orders.db"));
        Assert.Equal(["kept"], Ids("orders.db"));
    }

    [Fact]
    public void Sets_a_damaged_file_aside_with_its_log()
    {
        KeepCopy("kept");
        File.WriteAllText(_folder.File("orders.db"), new string('x', 8192));
        File.WriteAllText(_folder.File("orders.db-wal"), "x");
        SqliteCopy.Put(_folder.File("backup.db"), _folder.File("orders.db"));
        Assert.Equal(["kept"], Ids("orders.db"));
        Assert.True(File.Exists(_folder.File("orders.db.damaged")));
    }

    [Fact]
    public void Refuses_to_replace_a_file_that_somebody_has_open_and_leaves_it()
    {
        KeepCopy("kept");
        using var user = Open("orders.db", "pragma journal_mode = wal; create table orders (id text)");
        Run(user, "insert into orders values ('in use')");
        var refused = Assert.Throws<UserError>(
            () => SqliteCopy.Put(_folder.File("backup.db"), _folder.File("orders.db")));
        Assert.Contains("is in use", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["in use"], Ids("orders.db"));
    }

    public void Dispose() => _folder.Dispose();

    private void KeepCopy(string id)
    {
        using var source = Open("source.db", "create table orders (id text)");
        Run(source, $"insert into orders values ('{id}')");
        SqliteCopy.Take(_folder.File("source.db"), _folder.File("backup.db"));
    }

    private SqliteConnection Open(string file, string sql)
    {
        var connection = new SqliteConnection($"Data Source={_folder.File(file)};Pooling=False");
        connection.Open();
        Run(connection, sql);
        return connection;
    }

    private List<string> Ids(string file)
    {
        using var connection = Open(file, "select 1");
        using var command = connection.CreateCommand();
        command.CommandText = "select id from orders";
        using var reader = command.ExecuteReader();
        var ids = new List<string>();
        while (reader.Read()) ids.Add(reader.GetString(0));
        return ids;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
