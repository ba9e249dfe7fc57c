using Xunit;

namespace Tessera.EndToEnd;

/// <summary>What is said of a span that is not by the conventions: the rules themselves, without a store.</summary>
public sealed class SpanConventionsTests
{
    private const int Client = 3, Consumer = 5;

    [Theory]
    [InlineData("send", Client)]
    [InlineData("receive", Client)]
    [InlineData("settle", Client)]
    [InlineData("process", Consumer)]
    public void A_span_of_a_message_is_taken_as_it_should_be(string operation, int kind)
    {
        var span = Span(operation, kind);
        Assert.Empty(SpanConventions.Faults(span));
        Assert.Single(SpanConventions.Kinds, each => each.Is(span));
    }

    [Fact]
    public void A_batch_that_is_received_must_say_of_how_many_it_is_and_for_whom()
    {
        var span = Span("receive", Consumer, "messaging.batch.message_count", "messaging.consumer.group.name");
        Assert.Equal(
            [
                "orders receive orders: a receive span of kind 5",
                "orders receive orders: without messaging.batch.message_count",
                "orders receive orders: without messaging.consumer.group.name",
            ],
            SpanConventions.Faults(span));
    }

    [Theory]
    [InlineData("publish")] // Its name in earlier versions of the conventions.
    [InlineData("deliver")]
    public void An_operation_that_is_not_listed_is_a_fault(string operation) => Assert.Equal(
        $"orders {operation} orders: '{operation}' is none of create, send, receive, process, settle",
        Assert.Single(SpanConventions.Faults(Span(operation, Client))));

    private static ExportedSpan Span(string operation, int kind, params string[] without)
    {
        var said = new Dictionary<string, string>
        {
            ["messaging.operation.name"] = operation, ["messaging.operation.type"] = operation,
            ["messaging.system"] = "embedded", ["messaging.destination.name"] = "orders",
            ["messaging.batch.message_count"] = "1", ["messaging.consumer.group.name"] = "payments",
            ["messaging.message.id"] = "1",
        };
        foreach (var name in without) said.Remove(name);
        return new ExportedSpan("orders", "1", $"{operation} orders", kind, IsError: false, said);
    }
}
