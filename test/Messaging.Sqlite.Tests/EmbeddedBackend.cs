using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Conformance;
using Tessera.Messaging.Transport;
using Tessera.Testing;

namespace Tessera.Messaging.Sqlite.Tests;

public sealed class EmbeddedBackend : TransportBackend
{
    private readonly TemporaryFolder _folder = new("log");

    public override string Name => "embedded";

    public override TransportFeatures Features { get; } = new()
    {
        RetainsForLateSubscribers = true,
        SurvivesPowerLoss = true,
        BodySizeBytesMax = 4 * 1024 * 1024,
        TakeoverMax = TimeSpan.FromSeconds(5),
    };

    public override bool CanAbandon => true;

    public override bool CanInterrupt => true;

    private string File => _folder.File("events.db");

    public override ITransport NewTransport(TimeProvider? clock = null) => new EmbeddedTransport(
        Options.Create(new EmbeddedTransportOptions { File = File, SendTimeout = TimeSpan.FromSeconds(3) }),
        clock ?? TimeProvider.System, NullLoggerFactory.Instance);

    public override Task AbandonAsync(ITransport transport)
    {
        ((EmbeddedTransport)transport).Abandon();
        return Task.CompletedTask;
    }

    /// <summary>There is no server to stop; a process that never ends its transaction is what comes nearest.</summary>
    public override async Task<IAsyncDisposable> InterruptAsync()
    {
        var locked = new SqliteConnection($"Data Source={File};Pooling=False");
        await locked.OpenAsync();
        locked.BeginTransaction(deferred: false);
        return locked;
    }

    public override ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return base.DisposeAsync();
    }
}
