using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tessera.Messaging.Transport;
using Tessera.Testing.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(Tessera.Messaging.RabbitMq.Tests.RabbitMqBackend))]

// The tests share one server and two cores, and some of them take the server away.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Tessera.Messaging.RabbitMq.Tests;

/// <summary>The one RabbitMQ of this test run.</summary>
public sealed class RabbitMqBackend : IAsyncLifetime
{
    public const int Partitions = 4;

    public RabbitMqServer Server { get; } = new();

    public ValueTask InitializeAsync() => Server.InitializeAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    internal RabbitMqTransport Transport(
        Action<RabbitMqOptions>? configure = null, string service = "tests", TimeProvider? clock = null)
    {
        var options = new RabbitMqOptions { Uri = Server.Uri, WatchInterval = TimeSpan.FromMilliseconds(500) };
        configure?.Invoke(options);
        return new RabbitMqTransport(options, service, clock ?? TimeProvider.System, Logger());
    }

    internal static Topology Topology(string stream, params string[] subscribers) => new(
        [new StreamDefinition(stream, Partitions, subscribers)],
        [.. subscribers.Select(subscriber => new Subscription(stream, Partitions, subscriber))]);

    internal static Subscription Subscription(string stream, string subscriber = "reader", int batchMax = 256) =>
        new(stream, Partitions, subscriber, batchMax);

    private static ILogger<RabbitMqTransport> Logger() =>
        TestContext.Current.TestOutputHelper is { } output
            ? new OutputLogger(output)
            : NullLogger<RabbitMqTransport>.Instance;

    private sealed class OutputLogger(ITestOutputHelper output) : ILogger<RabbitMqTransport>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state,
            Exception? exception, Func<TState, Exception?, string> formatter)
        {
            try
            {
                var time = TimeProvider.System.GetUtcNow().TimeOfDay;
                output.WriteLine(
                    $"{time:hh\\:mm\\:ss\\.fff} {logLevel}: {formatter(state, exception)} {exception?.Message}");
            }
            catch (InvalidOperationException)
            {
                // The test is over.
            }
        }
    }
}
