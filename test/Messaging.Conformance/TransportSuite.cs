using Tessera.Messaging.Transport;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>What the transport suites share: a stream of their own and the transports they start, all
/// disposed at the end.</summary>
public abstract class TransportSuite(TransportBackend backend) : IAsyncLifetime
{
    /// <summary>The name of the reading service in most tests.</summary>
    protected const string Service = "inventory";

    protected const int Partitions = 4;

    private readonly List<ITransport> _transports = [];
    private readonly List<Reader> _readers = [];

    protected TransportBackend Backend { get; } = backend;

    protected string Stream { get; private set; } = "";

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public virtual ValueTask InitializeAsync()
    {
        if (Backend.Missing is { } missing) Assert.Skip(missing);
        Stream = Backend.NewStreamName();
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var reader in _readers) await reader.DisposeAsync();
        foreach (var transport in _transports) await transport.DisposeAsync();
    }

    /// <summary>A transport that is disposed with the test, not started.</summary>
    protected ITransport NewTransport(TimeProvider? clock = null)
    {
        var transport = Backend.NewTransport(clock);
        _transports.Add(transport);
        return transport;
    }

    /// <summary>A process that publishes the stream and reads it as each of <paramref name="subscribers"/>.</summary>
    protected Task<ITransport> StartAsync(params string[] subscribers) => StartAsync(Partitions, subscribers);

    /// <inheritdoc cref="StartAsync(string[])"/>
    protected async Task<ITransport> StartAsync(int partitions, params string[] subscribers)
    {
        var transport = NewTransport();
        await transport.StartPatientlyAsync(Topology(Stream, partitions, subscribers), Stop);
        return transport;
    }

    protected static Topology Topology(string stream, int partitions, params string[] subscribers) => new(
        [new StreamDefinition(stream, partitions, subscribers)],
        [.. subscribers.Select(subscriber => new Subscription(stream, partitions, subscriber))]);

    protected Subscription Subscription(string subscriber = Service, int batchMax = 256, int partitions = Partitions) =>
        new(Stream, partitions, subscriber, batchMax);

    /// <summary>Reads as <see cref="Service"/>, noting everything in the journal; disposed with the test.</summary>
    protected Task<Reader> ReadAsync(ITransport transport, Journal journal, OnDelivery? handle = null) =>
        ReadAsync(transport, Subscription(), journal, handle);

    /// <inheritdoc cref="ReadAsync(ITransport, Journal, OnDelivery)"/>
    protected async Task<Reader> ReadAsync(
        ITransport transport, Subscription subscription, Journal journal, OnDelivery? handle = null)
    {
        var reader = await Reader.OpenAsync(transport, subscription, journal, handle, Stop);
        _readers.Add(reader);
        return reader;
    }

    /// <summary>Sends and expects every message to be accepted.</summary>
    protected static async Task SendAsync(ITransport transport, IReadOnlyList<WireMessage> messages)
    {
        var result = await transport.SendAsync(messages, Stop);
        Assert.True(
            result.Failures.Count == 0,
            "Not accepted: " + string.Join("; ", result.Failures.Take(3).Select(failure => failure.ToString())));
    }
}
