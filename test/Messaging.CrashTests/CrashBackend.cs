using Tessera.Messaging.CrashHost;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.CrashTests;

/// <summary>A pair of broker and database that the crash-point tests run on.</summary>
public abstract class CrashBackend : IAsyncLifetime
{
    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Fresh databases for one run.</summary>
    internal abstract Task<ScenarioSettings> NewRunAsync(TemporaryFolder folder);
}

/// <summary>The embedded log and SQLite files: nothing to start.</summary>
public sealed class EmbeddedAndSqlite : CrashBackend
{
    public override ValueTask InitializeAsync() => default;

    public override ValueTask DisposeAsync() => default;

    internal override Task<ScenarioSettings> NewRunAsync(TemporaryFolder folder) =>
        Task.FromResult(new ScenarioSettings { Folder = folder.Path, Run = Guid.CreateVersion7() });
}
