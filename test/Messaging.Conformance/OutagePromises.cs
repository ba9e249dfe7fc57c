using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>What holds when the broker dies, or does not answer for a while.</summary>
public abstract class OutagePromises(TransportBackend backend) : TransportSuite(backend)
{
    private static readonly TimeSpan s_recovery = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task What_was_accepted_is_there_after_the_broker_was_killed()
    {
        Assert.SkipUnless(Backend.CanRestart, $"{Backend.Name} has no server that could be killed.");
        var before = await StartAsync(Service);
        await SendAsync(before, Some.Messages(Stream, 0, 100));
        await before.DisposeAsync();
        await Backend.RestartAsync();

        var journal = new Journal();
        await ReadAsync(await StartAsync(Service), journal);
        await journal.HasAsync(100, [0], s_recovery);
        Assert.Equal(Enumerable.Range(0, 100), journal.Numbers(0));
    }

    [Fact]
    public async Task Sending_and_reading_go_on_by_themselves_after_a_restart()
    {
        Assert.SkipUnless(Backend.CanRestart, $"{Backend.Name} has no server that could be killed.");
        var transport = await StartAsync(Service);
        var journal = new Journal();
        await ReadAsync(transport, journal);
        await SendAsync(transport, Some.Messages(Stream, 0, 10));
        await journal.HasAsync(10, [0]);
        await Backend.RestartAsync();
        await SendUntilAcceptedAsync(transport, Some.Messages(Stream, 0, 10, first: 10));

        await journal.HasAsync(20, [0], s_recovery);
        Assert.Equal(Enumerable.Range(0, 20), journal.Numbers(0));
    }

    [Fact]
    public async Task While_the_broker_is_away_a_send_says_so_and_afterwards_all_goes_on_in_order()
    {
        Assert.SkipUnless(Backend.CanInterrupt, $"{Backend.Name} cannot be interrupted here.");
        var transport = await StartAsync(Service);
        var journal = new Journal();
        await ReadAsync(transport, journal);
        await SendAsync(transport, Some.Messages(Stream, 0, 10));
        await journal.HasAsync(10, [0]);
        var next = Some.Messages(Stream, 0, 10, first: 10);
        await using (await Backend.InterruptAsync())
        {
            var result = await Eventually.AnswersAsync(
                "the send gives up", ResultAsync(transport, next), TimeSpan.FromSeconds(60));
            // Naming each message as unknown says the same as the exception.
            Assert.All(result.Failures, failure => Assert.Equal(SendOutcome.Unknown, failure.Outcome));
            Assert.Equal(Enumerable.Range(0, next.Count), result.Failures.Select(failure => failure.Index));
            Assert.All(result.Failures, failure => Assert.NotEmpty(failure.Reason));
        }

        await SendUntilAcceptedAsync(transport, next);
        await journal.HasAsync(20, [0], s_recovery);
        Assert.Equal(Enumerable.Range(0, 20), journal.Numbers(0));
    }

    [Fact]
    public async Task A_start_while_the_broker_is_away_says_so_and_may_be_tried_again()
    {
        Assert.SkipUnless(Backend.CanInterrupt, $"{Backend.Name} cannot be interrupted here.");
        var transport = NewTransport();
        var topology = Topology(Stream, Partitions, Service);
        await using (await Backend.InterruptAsync())
        {
            var starting = Record.ExceptionAsync(() => transport.StartAsync(topology, Stop)).AsTask();
            Assert.IsType<TransportUnavailableException>(
                await Eventually.AnswersAsync("the start gives up", starting, TimeSpan.FromSeconds(60)));
        }

        await Eventually.HoldsAsync("the start succeeds", async () =>
        {
            await transport.StartAsync(topology, Stop);
            return true;
        }, s_recovery);
        await SendAsync(transport, Some.Messages(Stream, 0, 1));
    }

    [Fact]
    public async Task What_nobody_expects_to_fail_ends_no_loop()
    {
        const int Rounds = 20;
        var clock = new ClockThatFails();
        var (publisher, reading) = (await StartAsync(Service), NewTransport(clock));
        await reading.StartAsync(Topology(Stream, Partitions, Service), Stop);
        var (journal, deliveries) = (new Journal(), 0);
        await ReadAsync(reading, journal, (_, _) =>
        {
            // Each second delivery is asked for again, so that both ways out of the handler are met.
            var outcome = deliveries++ % 2 == 0 ? DeliveryOutcome.Redeliver : DeliveryOutcome.Settle;
            if (clock.Failures < Rounds) clock.FailOnce();
            return Task.FromResult(outcome);
        });
        for (var round = 0; round < Rounds; round++)
        {
            await SendAsync(publisher, Some.Messages(Stream, 0, 1, first: round));
            await journal.HasAsync(round + 1, [0], s_recovery);
        }

        Assert.Equal(Enumerable.Range(0, Rounds), journal.Numbers(0));
    }

    /// <summary>The result as told; from a broker that is away, each message as unknown.</summary>
    private static async Task<SendResult> ResultAsync(ITransport transport, IReadOnlyList<WireMessage> messages)
    {
        try
        {
            return await transport.SendAsync(messages, Stop);
        }
        catch (TransportUnavailableException away)
        {
            return new SendResult(
                [.. messages.Select((_, index) => new SendFailure(index, SendOutcome.Unknown, away.Message))]);
        }
    }

    /// <summary>As the relay does: all of it again, in order, until all is accepted.</summary>
    private static Task SendUntilAcceptedAsync(ITransport transport, IReadOnlyList<WireMessage> messages) =>
        Eventually.HoldsAsync(
            "the messages are accepted",
            async () => (await transport.SendAsync(messages, Stop)).Failures.Count == 0, s_recovery);
}
