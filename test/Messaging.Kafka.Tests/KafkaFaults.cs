using Microsoft.Extensions.Logging;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>The broker goes away and comes back while a writer sends and a reader reads: both go on by themselves
/// within ten seconds of its return, nothing is lost, and the first copies stand in order.</summary>
public sealed class KafkaFaults(KafkaBackend kafka)
{
    private static readonly TimeSpan ResumesWithin = TimeSpan.FromSeconds(10);

    [Fact]
    public Task Resumes_after_the_broker_was_killed() => SurvivesAsync(async () =>
    {
        await kafka.Server.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(2), Stop);
        await kafka.Server.StartAsync();
    });

    [Fact]
    public Task Resumes_after_the_broker_was_restarted() => SurvivesAsync(async () =>
    {
        await kafka.Server.StopAsync();
        await kafka.Server.StartAsync();
    });

    [Fact]
    public Task Resumes_after_the_broker_was_frozen() => SurvivesAsync(async () =>
    {
        await kafka.Server.PauseAsync();
        await Task.Delay(TimeSpan.FromMinutes(1), Stop);
        kafka.Server.Resume();
    });

    [Fact]
    public async Task Resumes_after_a_black_hole()
    {
        kafka.Server.RequireOwn();
        await using var proxy = new TcpProxy(kafka.Server.ProxyTargetPort, kafka.Server.AdvertisedProxyPort);
        await SurvivesAsync(
            async () =>
            {
                proxy.Swallow();
                await Task.Delay(TimeSpan.FromSeconds(15), Stop);
                proxy.Pass();
            },
            options => options.BootstrapServers = $"127.0.0.1:{proxy.Port}");
    }

    [Fact]
    public async Task A_reader_that_was_dropped_meanwhile_does_not_wait_for_the_member_it_was()
    {
        kafka.Server.RequireOwn();
        var lost = new TestLog(awaited: 4143);
        using var loggers = lost.NewFactory();
        // Longer than the time to resume in: who came back as a stranger would wait it out.
        var session = ResumesWithin + TimeSpan.FromSeconds(6);
        await SurvivesAsync(
            async () =>
            {
                await kafka.Server.KillAsync();
                await Eventually.AnswersAsync("the reader takes itself for dropped", lost.Written);
                await kafka.Server.StartAsync();
            },
            options => options.SessionTimeout = session,
            loggers);
    }

    [Fact]
    public async Task Waits_at_start_for_a_broker_that_is_away()
    {
        kafka.Server.Require();
        await using var transport = kafka.Transport(options =>
        {
            options.BootstrapServers = $"127.0.0.1:{FreePort.Next()}";
            options.RequestTimeout = TimeSpan.FromSeconds(1);
        });

        var failure = await Assert.ThrowsAsync<TransportUnavailableException>(
            () => transport.StartAsync(KafkaBackend.Topology(Some.Name("stream")), Stop));

        Assert.Contains("Messaging:Kafka:BootstrapServers", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Holds_no_more_than_one_send_while_the_broker_is_away()
    {
        kafka.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var proxy = new TcpProxy(kafka.Server.ProxyTargetPort, kafka.Server.AdvertisedProxyPort);
        await using var transport = kafka.Transport(options =>
        {
            options.BootstrapServers = $"127.0.0.1:{proxy.Port}";
            options.SendTimeout = TimeSpan.FromSeconds(3);
        });
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 10), Stop);
        proxy.Swallow();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await Assert.ThrowsAsync<TransportUnavailableException>(
                () => transport.SendAsync(Some.Messages(stream, 0, 100, first: 10), Stop));
        }
        proxy.Pass();
        proxy.Cut();
        await Eventually.HoldsAsync("sending works again", async () =>
            (await transport.SendAsync(Some.Messages(stream, 0, 100, first: 10), Stop)).Failures.Count == 0);

        await using var received = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        await Eventually.HoldsAsync("all is there", () => received.FirstNumbers(0).Length == 110);
        Assert.Equal(Enumerable.Range(0, 110), received.FirstNumbers(0));
        // Three failed sends left one copy in the client, not three.
        Assert.InRange(received.Count, 110, 210);
    }

    [Fact]
    public async Task Goes_on_with_the_first_send_after_one_that_the_client_had_no_room_for()
    {
        kafka.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(options => options.SendTimeout = TimeSpan.FromSeconds(8));
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 1), Stop);
        await using (await kafka.InterruptAsync())
        {
            var many = Some.Messages(stream, 0, KafkaClients.QueuedMessagesMax + 100);
            await Assert.ThrowsAsync<TransportUnavailableException>(() => transport.SendAsync(many, Stop));
        }

        // What was handed over is answered by now; what was not is waited for by nobody.
        Assert.Empty((await transport.SendAsync(Some.Messages(stream, 0, 1), Stop)).Failures);
    }

    [Fact]
    public async Task Gives_a_send_up_in_its_time_although_the_clock_is_set_back()
    {
        kafka.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(
            options => options.SendTimeout = TimeSpan.FromSeconds(2), clock: new ClockSetBack());
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 1), Stop);
        await using (await kafka.InterruptAsync())
        {
            // The second waits for what the first has left behind.
            for (var attempt = 0; attempt < 2; attempt++)
            {
                var sending = transport.SendAsync(Some.Messages(stream, 0, 1), Stop);
                await Assert.ThrowsAsync<TransportUnavailableException>(
                    () => Eventually.AnswersAsync("the send gives up", sending));
            }
        }
    }

    /// <summary>Someone sets the time of day back an hour whenever it is looked at.</summary>
    private sealed class ClockSetBack : TimeProvider
    {
        private int _hours;

        public override DateTimeOffset GetUtcNow() =>
            base.GetUtcNow() - TimeSpan.FromHours(Interlocked.Increment(ref _hours));
    }

    private async Task SurvivesAsync(
        Func<Task> fault, Action<KafkaOptions>? configure = null, ILoggerFactory? loggers = null)
    {
        kafka.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(configure, loggers);
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await using var received = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        var writer = new Writer(transport, stream).Start();
        await Eventually.HoldsAsync("it flows", () => received.Count > 2_000);

        await fault();

        var (accepted, read, back) = (writer.AllAccepted, received.Count, TimeProvider.System.GetTimestamp());
        await Eventually.InTimeAsync("sending goes on", () => writer.AllAccepted > accepted + 200, ResumesWithin);
        var sending = TimeProvider.System.GetElapsedTime(back);
        await Eventually.InTimeAsync("reading goes on", () => received.Count > read + 400, ResumesWithin - sending);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"sending went on after {sending.TotalSeconds:0.0} s, " +
            $"reading after {TimeProvider.System.GetElapsedTime(back).TotalSeconds:0.0} s");
        await writer.DisposeAsync();
        for (var part = 0; part < KafkaBackend.Partitions; part++)
        {
            var count = writer.Accepted(part);
            await Eventually.HoldsAsync(
                $"partition {part} is read to its end", () => received.FirstNumbers(part).Length >= count);
            var first = received.FirstNumbers(part);
            Assert.Equal(Enumerable.Range(0, first.Length), first);
        }
    }
}
