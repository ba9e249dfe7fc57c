using Tessera.Messaging.Transport;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>The broker stands still in the middle of sends: what a send calls accepted is what the broker
/// has.</summary>
public sealed class KafkaFreezes(KafkaBackend kafka)
{
    [Fact]
    public async Task A_frozen_broker_takes_nothing_more()
    {
        kafka.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(options => options.SendTimeout = TimeSpan.FromMilliseconds(200));
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        using var busy = new BusyMachine();
        for (var round = 0; round < 10; round++)
        {
            var messages = Some.Messages(stream, 0, 10, first: round * 10);
            await Eventually.HoldsAsync("the broker takes messages", async () =>
                await AcceptedAsync(transport, messages) == messages.Count);

            await using (await kafka.InterruptAsync())
            {
                Assert.Empty(Freeze.Running(kafka.Server.ProcessId));
                Assert.Equal(0, await AcceptedAsync(transport, messages));
            }
        }
    }

    [Fact]
    public async Task What_a_send_calls_accepted_is_there_although_the_broker_froze_during_it_and_died()
    {
        kafka.Server.RequireOwn();
        var stream = Some.Name("stream");
        var accepted = 0;
        for (var round = 0; round < 3; round++)
        {
            await using var transport = kafka.Transport(options => options.SendTimeout = TimeSpan.FromSeconds(2));
            await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
            var before = accepted;
            var isFrozen = false;
            var writing = WriteAsync();
            await Eventually.HoldsAsync("it flows", () => Volatile.Read(ref accepted) > before + 500);
            await kafka.Server.PauseAsync();
            Volatile.Write(ref isFrozen, true);
            await writing;
            await kafka.Server.KillAsync();
            await kafka.Server.StartAsync();

            await using var reading = kafka.Transport();
            await using var received = await Received.SubscribeAsync(
                reading, KafkaBackend.Subscription(stream, Some.Name("reader")));
            await Eventually.HoldsAsync(
                "what was accepted is there", () => received.FirstNumbers(0).Length >= accepted);
            Assert.Equal(Enumerable.Range(0, accepted), received.FirstNumbers(0).Take(accepted));

            async Task WriteAsync()
            {
                // Beside a busy machine a send may be late without any frost; what it did not accept is sent again.
                var taken = 20;
                while (taken == 20 || !Volatile.Read(ref isFrozen))
                {
                    taken = await AcceptedAsync(transport, Some.Messages(stream, 0, 20, first: accepted));
                    Interlocked.Add(ref accepted, taken);
                }
            }
        }
    }

    /// <summary>How many messages the send calls accepted.</summary>
    private static async Task<int> AcceptedAsync(KafkaTransport transport, List<WireMessage> messages)
    {
        try
        {
            return messages.Count - (await transport.SendAsync(messages, Stop)).Failures.Count;
        }
        catch (TransportUnavailableException)
        {
            return 0;
        }
    }

    /// <summary>Threads that want a processor, so that those of the server have to wait for theirs.</summary>
    private sealed class BusyMachine : IDisposable
    {
        private readonly Thread[] _threads;
        private volatile bool _over;

        public BusyMachine()
        {
            _threads = [.. Enumerable.Range(0, Environment.ProcessorCount * 4).Select(_ => new Thread(Spin))];
            foreach (var thread in _threads) thread.Start();
        }

        public void Dispose()
        {
            _over = true;
            foreach (var thread in _threads) thread.Join();
        }

        private void Spin()
        {
            while (!_over)
            {
                // Nothing but keeping a processor.
            }
        }
    }
}
