using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>What <see cref="ITransport.SendAsync"/> promises.</summary>
public abstract class SendingPromises(TransportBackend backend) : TransportSuite(backend)
{
    [Fact]
    public async Task An_accepted_message_arrives_as_it_was_sent()
    {
        var transport = await StartAsync(Service);
        var sent = Some.Message(Stream, 2, "{\"name\":\"Zoë 🚲\"}", key: "ключ-1") with
        {
            Attributes =
            [
                new("specversion", "1.0"), new("id", "7"),
                new("source", "/tessera/äöü"), new("type", "orders.order-placed.v1"),
                new("partitionkey", "ключ-1"),
                new("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            ],
        };
        await SendAsync(transport, [sent]);

        var journal = new Journal();
        await ReadAsync(transport, journal);
        await Eventually.HoldsAsync("the message is settled", () => journal.Settled.Count == 1);
        var received = journal.Settled[0];
        Assert.Equal((sent.Stream, sent.Partition, sent.ContentType),
            (received.Stream, received.Partition, received.ContentType));
        Assert.Equal(sent.Key, received.Key);
        Assert.Equal(sent.Text(), received.Text());
        Assert.Equal(sent.Attributes.OrderBy(pair => pair.Key), received.Attributes.OrderBy(pair => pair.Key));
    }

    [Fact]
    public async Task A_frame_without_key_and_attributes_arrives_as_it_was_sent()
    {
        var transport = await StartAsync(Service);
        var body = Enumerable.Range(0, 40_000).Select(number => (byte)number).ToArray();
        var sent = new WireMessage(
            Stream, 3, null, Guid.CreateVersion7().ToString(), "application/cloudevents-batch+json", [], body);
        await SendAsync(transport, [sent]);

        var journal = new Journal();
        await ReadAsync(transport, journal);
        await Eventually.HoldsAsync("the frame is settled", () => journal.Settled.Count == 1);
        var received = journal.Settled[0];
        Assert.Equal(sent.ContentType, received.ContentType);
        Assert.Equal(3, received.Partition);
        Assert.Null(received.Key);
        Assert.Empty(received.Attributes);
        Assert.Equal(body, received.Body.ToArray());
    }

    [Fact]
    public async Task Messages_of_many_partitions_in_one_send_keep_their_order()
    {
        var transport = await StartAsync(Service);
        var messages = Enumerable.Range(0, 400)
            .Select(number => Some.Message(Stream, number % Partitions, (number / Partitions).ToString()))
            .ToList();
        await SendAsync(transport, messages);

        var journal = new Journal();
        await ReadAsync(transport, journal);
        await journal.HasAsync(100, Enumerable.Range(0, Partitions));
        for (var partition = 0; partition < Partitions; partition++)
            Assert.Equal(Enumerable.Range(0, 100), journal.Numbers(partition));
    }

    [Fact]
    public async Task Concurrent_sends_to_different_partitions_all_arrive_in_order()
    {
        var transport = await StartAsync(Service);
        await Task.WhenAll(Enumerable.Range(0, Partitions).Select(async partition =>
        {
            for (var number = 0; number < 25; number++)
                await SendAsync(transport, Some.Messages(Stream, partition, 4, first: number * 4));
        }));

        var journal = new Journal();
        await ReadAsync(transport, journal);
        await journal.HasAsync(100, Enumerable.Range(0, Partitions));
        for (var partition = 0; partition < Partitions; partition++)
            Assert.Equal(Enumerable.Range(0, 100), journal.Numbers(partition));
    }

    [Fact]
    public async Task Sends_to_one_partition_may_overlap_and_each_keeps_its_own_order()
    {
        var transport = await StartAsync(Service);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async sender =>
        {
            for (var turn = 0; turn < 10; turn++)
                await SendAsync(transport, Some.Messages(Stream, 1, 5, first: (sender * 50) + (turn * 5)));
        }));

        var journal = new Journal();
        await ReadAsync(transport, journal);
        await journal.HasAsync(200, [1]);
        Assert.Equal(Enumerable.Range(0, 200), journal.Numbers(1).Order());
        for (var sender = 0; sender < 4; sender++)
        {
            Assert.Equal(
                Enumerable.Range(sender * 50, 50), journal.Numbers(1).Where(number => number / 50 == sender));
        }
    }

    [Fact]
    public async Task A_body_of_the_largest_size_is_accepted()
    {
        var transport = await StartAsync(Service);
        var body = new byte[Backend.Features.BodySizeBytesMax];
        Array.Fill(body, (byte)'x');
        await SendAsync(transport, [Some.Message(Stream, 0, "") with { Body = body }]);

        var journal = new Journal();
        await ReadAsync(transport, journal);
        await Eventually.HoldsAsync("the large message is settled", () => journal.Settled.Count == 1);
        Assert.Equal(body.Length, journal.Settled[0].Body.Length);
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused_by_name_and_the_others_are_accepted()
    {
        var transport = await StartAsync(Service);
        var tooLarge = new byte[Backend.Features.BodySizeBytesMax + 1];
        var result = await transport.SendAsync(
            [
                Some.Message(Stream, 0, "0"),
                Some.Message(Stream, 1, "0") with { Body = tooLarge }, Some.Message(Stream, 2, "0"),
            ], Stop);

        var failure = Assert.Single(result.Failures);
        Assert.Equal((1, SendOutcome.Refused), (failure.Index, failure.Outcome));
        Assert.Contains(tooLarge.Length.ToString(),
            failure.Reason.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var journal = new Journal();
        await ReadAsync(transport, journal);
        await journal.HasAsync(1, [0, 2]);
    }

    [Fact]
    public async Task A_stream_that_was_never_declared_is_an_error_and_not_silence()
    {
        var transport = await StartAsync(Service);
        var message = Some.Message(Backend.NewStreamName(), 0, "0");
        try
        {
            var result = await transport.SendAsync([message], Stop);
            Assert.Contains(message.Stream, Assert.Single(result.Failures).Reason, StringComparison.Ordinal);
        }
        catch (TransportUnavailableException unavailable)
        {
            Assert.Contains(message.Stream, unavailable.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Sending_nothing_is_accepted()
    {
        var transport = await StartAsync(Service);
        Assert.Empty((await transport.SendAsync([], Stop)).Failures);
    }

    [Fact]
    public async Task A_cancelled_send_ends_and_later_ones_go_on()
    {
        var transport = await StartAsync(Service);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => transport.SendAsync([Some.Message(Stream, 1, "0")], cancelled.Token));

        await SendAsync(transport, Some.Messages(Stream, 0, 3));
        var journal = new Journal();
        await ReadAsync(transport, journal);
        await journal.HasAsync(3, [0]);
        Assert.Equal([0, 1, 2], journal.Numbers(0));
    }
}
