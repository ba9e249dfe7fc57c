using Tessera.Messaging.CrashHost;
using Tessera.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tessera.Messaging.CrashTests.EmbeddedAndSqlite))]
[assembly: AssemblyFixture(typeof(Tessera.Messaging.CrashTests.EmbeddedAndPostgres))]
[assembly: AssemblyFixture(typeof(Tessera.Messaging.CrashTests.RabbitMqAndPostgres))]
[assembly: AssemblyFixture(typeof(Tessera.Messaging.CrashTests.KafkaAndPostgres))]
[assembly: AssemblyFixture(typeof(Tessera.Messaging.CrashTests.RedisAndPostgres))]
// A run waits for leases and timers most of its time: one on each pair keeps the processors as busy as two would.
[assembly: CollectionBehavior(MaxParallelThreads = 5)]

namespace Tessera.Messaging.CrashTests;

/// <summary>A pair of broker and database that the crash-point tests run on, for all of them together. Each run has
/// databases of its own; those on a real broker take turns, or they would read each other's messages. Its servers start
/// with the first run that needs them.</summary>
public abstract class CrashBackend : IAsyncDisposable
{
    private readonly Lazy<Task> _started;

    protected CrashBackend() => _started = new Lazy<Task>(StartAsync);

    /// <summary>Fresh databases for one run.</summary>
    internal async Task<ScenarioSettings> NewRunAsync(TemporaryFolder folder)
    {
        await _started.Value;
        return await PrepareRunAsync(folder);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated) await StopAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual Task StartAsync() => Task.CompletedTask;

    protected virtual Task StopAsync() => Task.CompletedTask;

    private protected abstract Task<ScenarioSettings> PrepareRunAsync(TemporaryFolder folder);
}

/// <summary>The embedded log and SQLite files: nothing to start.</summary>
public sealed class EmbeddedAndSqlite : CrashBackend
{
    private protected override Task<ScenarioSettings> PrepareRunAsync(TemporaryFolder folder) =>
        Task.FromResult(new ScenarioSettings { Folder = folder.Path, Run = Guid.CreateVersion7() });
}
