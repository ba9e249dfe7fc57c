using Microsoft.Data.Sqlite;
using Tessera.Cli.Keeping;
using Tessera.Cli.Up;
using Tessera.Cli.Verifying;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>A service in another language is backed up and restored as the others, where the store has it.</summary>
public sealed class ForeignBackupTests : IDisposable
{
    private readonly TemporaryFolder _folder = Some.Folder();
    private readonly RunFolder _store;

    public ForeignBackupTests()
    {
        _store = new RunFolder(_folder.File("data"));
        foreach (var service in SourceTree.Interfaces()) Write(service.ToLowerInvariant(), "first");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_put_back_with_the_others_and_alone()
    {
        Write("notifications", "first");
        var kept = await TakeAsync();
        Assert.NotNull(kept.Find("notifications"));
        foreach (var services in new string[][] { ["notifications"], [] })
        {
            Write("notifications", "later");
            Write("orders", "later");
            await new RestoreBackup(_store, new ServiceDatabases(_store)).RunAsync(
                _folder.File("backup"), services, Stop);
            Assert.Equal(["first"], Read("notifications"));
            Assert.Equal(services.Length == 0 ? ["first"] : ["first", "later"], Read("orders"));
        }
    }

    [Fact]
    public async Task Is_not_missed_in_a_store_that_never_had_it()
    {
        var kept = await TakeAsync();
        Assert.Null(kept.Find("notifications"));
        Assert.NotNull(kept.Find("orders"));
    }

    [Fact]
    public void Is_looked_for_on_the_server_that_was_started_with_the_store_and_on_no_other()
    {
        Directory.CreateDirectory(Path.Combine(_store.Data, "keys"));
        var file = Path.Combine(_store.Data, "keys", "databases.json");
        File.WriteAllText(file, """{ "orders": "Host=127.0.0.1;Port=9" }""");
        Assert.False(new ServiceDatabases(_store).Keeps("notifications"));
        File.WriteAllText(file, """{ "notifications": "Host=127.0.0.1;Port=9" }""");
        Assert.True(new ServiceDatabases(_store).Keeps("notifications"));
        Assert.False(new ServiceDatabases(_store, "Host=127.0.0.1;Port=9;Database={service}").Keeps("notifications"));
    }

    public void Dispose() => _folder.Dispose();

    private Task<BackupManifest> TakeAsync() => new TakeBackup(
        _store, new ServiceDatabases(_store), TimeProvider.System).RunAsync(_folder.File("backup"), Stop);

    private void Write(string service, string word)
    {
        Directory.CreateDirectory(Path.Combine(_store.Data, service));
        Query(service, $"create table if not exists words (word text); insert into words values ('{word}')");
    }

    private List<string> Read(string service) => Query(service, "select word from words order by word");

    private List<string> Query(string service, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(_store.Data, service, service + ".db"), Pooling = false,
        }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<string> found = [];
        while (reader.Read()) found.Add(reader.GetString(0));
        return found;
    }
}
