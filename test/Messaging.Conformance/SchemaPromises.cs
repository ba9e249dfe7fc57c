using Tessera.Messaging.Store;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>The library's tables know their version, and are upgraded by whichever process comes first.</summary>
public abstract class SchemaPromises(StoreBackend backend) : StoreSuite(backend)
{
    [Fact]
    public async Task Any_number_of_processes_prepare_a_new_database_at_once()
    {
        await using var fresh = await Backend.NewDatabaseAsync();
        var processes = Enumerable.Range(0, 8).Select(_ => fresh.Open()).ToArray();
        await Task.WhenAll(processes.Select(process => process.Store.PrepareAsync(Stop)));
        Assert.Equal(await VersionsAsync(Database), await VersionsAsync(processes[0].Database));
    }

    [Fact]
    public async Task Each_version_is_noted_once_and_preparing_again_changes_nothing()
    {
        await AnotherProcess().PrepareAsync(Stop);
        var versions = await VersionsAsync(Database);
        Assert.NotEmpty(versions);
        Assert.Equal(Enumerable.Range(1, versions.Count), versions);
    }

    [Fact]
    public async Task A_database_that_a_newer_version_has_added_to_is_used_as_it_is()
    {
        await CommitAsync(session => session.Enqueue("insert into msg_schema (version) values (999)", []));
        await AnotherProcess().PrepareAsync(Stop);
        Assert.Equal(999, (await VersionsAsync(Database))[^1]);
    }

    [Fact]
    public async Task A_database_that_a_newer_version_has_changed_too_far_is_refused_and_left_alone()
    {
        await CommitAsync(session =>
        {
            session.Enqueue("create table msg_schema_oldest (version int)", []);
            session.Enqueue("insert into msg_schema_oldest (version) values (998)", []);
            session.Enqueue("insert into msg_schema (version) values (999)", []);
        });
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => AnotherProcess().PrepareAsync(Stop));
        Assert.Contains("newer version", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("999", refusal.Message, StringComparison.Ordinal);
        Assert.False(Store.IsTransient(refusal), "a refusal must stop the service, not make it wait");
    }

    private static Task<List<int>> VersionsAsync(IDatabase database) =>
        database.QueryAsync(
            "select version from msg_schema union all select version from msg_schema_added order by version", [],
            row => row.GetInt32(0), Stop);
}
