using System.Globalization;
using Tessera.Cli.Keeping;
using Tessera.Cli.Up;
using Tessera.Cli.Verifying;
using Xunit;

namespace Tessera.Cli.Tests;

/// <summary>Who is erased once more after a restore: with the services' own tables, as they are on a disk.</summary>
public sealed class KeptErasuresTests : IDisposable
{
    private static readonly DateTimeOffset _backup = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid _known = Guid.NewGuid();
    private static readonly Guid _lost = Guid.NewGuid();
    private readonly StoreOnDisk _store = new();
    private readonly KeptErasures _erasures;

    public KeptErasuresTests()
    {
        Directory.CreateDirectory(Path.Combine(_store.Folder.Data, "users"));
        var schema = Path.Combine(SourceTree.Root, "src", "Services", "Users", "Schema");
        foreach (var file in new[] { "0001-accounts.sql", "0005-erased-users.sql" })
            _store.Execute("users", File.ReadAllText(Path.Combine(schema, file)));
        _erasures = new KeptErasures(new ServiceDatabases(_store.Folder));
        Erased(_known, _backup.AddDays(-30));
        foreach (var service in new[] { "orders", "payments" }) Heard(service, _known);
    }

    [Theory]
    [InlineData("users")]
    [InlineData("orders")]
    [InlineData("payments")]
    public async Task Finds_whom_one_service_alone_does_not_know_to_be_erased(string forgets)
    {
        if (forgets != "users") Erased(_lost, _backup.AddDays(-30));
        foreach (var service in new[] { "orders", "payments" }) if (service != forgets) Heard(service, _lost);
        Assert.Equal([_lost], await _erasures.NotEverywhereAsync(await _erasures.AllAsync(Stop), Stop));
    }

    [Fact]
    public async Task Finds_who_has_an_account_although_everybody_knows_of_the_erasure()
    {
        Assert.Empty(await _erasures.NotEverywhereAsync(await _erasures.AllAsync(Stop), Stop));
        _store.Execute("users", $"""
            insert into users (id, email, password_hash, is_operator, registered_at)
            values ('{_known}', 'back@example.com', '', 0, 0)
            """);
        Assert.Equal([_known], await _erasures.NotEverywhereAsync(await _erasures.AllAsync(Stop), Stop));
    }

    [Theory]
    [InlineData(-25, false)]
    [InlineData(-1, true)] // It may have been on its way when the backup was made.
    [InlineData(1, true)]
    public async Task Takes_those_since_the_backup_for_services_that_keep_no_list(int hours, bool isTaken)
    {
        Erased(_lost, _backup.AddHours(hours));
        Assert.Equal(isTaken ? [_lost] : [], await _erasures.SinceAsync(_backup, Stop));
    }

    [Fact]
    public async Task Leaves_a_note_also_in_a_database_that_is_older_than_the_notes_and_none_twice()
    {
        await _erasures.RepeatAsync([_lost], Stop);
        await _erasures.RepeatAsync([_lost, _known], Stop);
        // What the service itself runs at its start does not mind.
        _store.Execute("users", File.ReadAllText(Path.Combine(
            SourceTree.Root, "src", "Services", "Users", "Schema", "0080-erasures-to-repeat.sql")));
        var databases = new ServiceDatabases(_store.Folder);
        var noted = await databases.QueryAsync(
            databases.Of("users"), "select user_id from erasures_to_repeat", row => row.GetGuid(0), Stop);
        Assert.Equal(new[] { _known, _lost }.Order(), noted.Order());
    }

    [Fact]
    public async Task Says_how_to_go_on_when_Users_takes_no_note()
    {
        Directory.Delete(Path.Combine(_store.Folder.Data, "users"), recursive: true);
        var failure = await Assert.ThrowsAsync<UserError>(() => _erasures.RepeatAsync([_lost], Stop));
        Assert.Contains("tessera reconcile --erase-again", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_both_when_a_restore_fails_and_Users_takes_no_note()
    {
        foreach (var service in SourceTree.Interfaces().Select(name => name.ToLowerInvariant()))
        {
            Directory.CreateDirectory(Path.Combine(_store.Folder.Data, service));
            _store.Execute(service, "create table if not exists kept (word text)");
        }
        var databases = new ServiceDatabases(_store.Folder);
        var backup = Path.Combine(_store.Folder.Data, "backup");
        await new TakeBackup(_store.Folder, databases, TimeProvider.System).RunAsync(backup, Stop);
        Heard("payments", _lost);
        _store.Execute("users", "create view erasures_to_repeat as select 1 as user_id");
        Directory.Delete(Path.Combine(_store.Folder.Data, "orders"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(_store.Folder.Data, "orders"), "no folder", Stop);

        var failure = await Assert.ThrowsAsync<UserError>(() => new RestoreBackup(_store.Folder, databases).RunAsync(
            backup, ["orders"], Stop));
        Assert.Contains("orders is as it was", failure.Message, StringComparison.Ordinal);
        Assert.Contains("tessera reconcile --erase-again", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _store.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private void Erased(Guid user, DateTimeOffset at) => _store.Execute("users", string.Create(
        CultureInfo.InvariantCulture,
        $"insert into erased_users (user_id, erased_at) values ('{user}', {at.ToUnixTimeMilliseconds()})"));

    private void Heard(string service, Guid buyer) =>
        _store.Execute(service, $"insert into erased_buyers (buyer) values ('{buyer}')");
}
