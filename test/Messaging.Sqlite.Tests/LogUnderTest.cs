using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Transport;
using Tessera.Testing;

namespace Tessera.Messaging.Sqlite.Tests;

/// <summary>A log in a folder of its own, and the transports that tests open on it.</summary>
internal sealed class LogUnderTest(string? folder = null) : IAsyncDisposable
{
    private readonly TemporaryFolder? _folder = folder is null ? new("log") : null;
    private readonly List<ITransport> _transports = [];

    public string File => Path.Combine(folder ?? _folder!.Path, "events.db");

    public Action<EmbeddedTransportOptions> Configure { get; set; } = _ => { };

    public EmbeddedTransport NewTransport()
    {
        var options = new EmbeddedTransportOptions { File = File, SendTimeout = TimeSpan.FromSeconds(3) };
        Configure(options);
        var transport = new EmbeddedTransport(Options.Create(options), TimeProvider.System, NullLoggerFactory.Instance);
        _transports.Add(transport);
        return transport;
    }

    /// <summary>A process that publishes the stream and subscribes to it as <c>inventory</c>.</summary>
    public async Task<EmbeddedTransport> StartAsync(string stream, params string[] subscribers)
    {
        string[] names = subscribers.Length == 0 ? ["inventory"] : subscribers;
        var transport = NewTransport();
        await transport.StartAsync(
            new Topology(
                [new StreamDefinition(stream, 4, names)], [.. names.Select(name => new Subscription(stream, 4, name))]),
            CancellationToken.None);
        return transport;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var transport in _transports) await transport.DisposeAsync();
        _folder?.Dispose();
    }
}
