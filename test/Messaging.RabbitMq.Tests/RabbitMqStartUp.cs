using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.RabbitMq.Tests;

/// <summary>What is compared with the broker before anything is promised.</summary>
public sealed class RabbitMqStartUp(RabbitMqBackend rabbit)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Refuses_a_classic_queue_in_the_place_of_a_quorum_queue() =>
        RefusesAsync(new() { ["x-queue-type"] = "classic" }, "inequivalent arg");

    [Fact]
    public Task Refuses_a_queue_that_would_drop_after_some_returns() => RefusesAsync(
        new()
        {
            ["x-queue-type"] = "quorum", ["x-quorum-initial-group-size"] = 3, ["x-single-active-consumer"] = true,
            ["x-delivery-limit"] = 20,
        },
        "x-delivery-limit");

    [Fact]
    public Task Refuses_a_queue_that_serves_several_readers_at_once() => RefusesAsync(
        new()
        {
            ["x-queue-type"] = "quorum", ["x-quorum-initial-group-size"] = 3,
            ["x-delivery-limit"] = Declarations.DeliveryLimit,
        },
        "x-single-active-consumer");

    [Fact]
    public async Task Refuses_a_user_that_the_broker_does_not_know()
    {
        rabbit.Server.RequireOwn();
        await using var transport = rabbit.Transport(
            options => options.Uri = options.Uri.Replace("guest:guest", "guest:wrong"));

        var refused = await Assert.ThrowsAsync<TransportRefusedException>(
            () => transport.StartAsync(RabbitMqBackend.Topology(Some.Name("stream")), Stop));

        Assert.Contains("Messaging:RabbitMq:Uri", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_virtual_host_that_is_not_there()
    {
        rabbit.Server.RequireOwn();
        await using var transport = rabbit.Transport(options => options.Uri += "nowhere");

        var refused = await Assert.ThrowsAsync<TransportRefusedException>(
            () => transport.StartAsync(RabbitMqBackend.Topology(Some.Name("stream")), Stop));

        Assert.Contains("nowhere", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_a_broker_is_away()
    {
        await using var transport = rabbit.Transport(options => options.Uri = RabbitMqServer.UriAt(FreePort.Next()));

        await Assert.ThrowsAsync<TransportUnavailableException>(
            () => transport.StartAsync(RabbitMqBackend.Topology(Some.Name("stream")), Stop));
    }

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("127.0.0.1:5672")]
    public void Refuses_an_address_that_is_none(string uri)
    {
        using var services = new ServiceCollection()
            .AddMessaging("orders", messages => messages.UseRabbitMq(options => options.Uri = uri))
            .BuildServiceProvider();

        var refused = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptions<RabbitMqOptions>>().Value);

        Assert.Contains("Messaging:RabbitMq:Uri", refused.Message, StringComparison.Ordinal);
    }

    private async Task RefusesAsync(Dictionary<string, object?> arguments, string setting)
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        var queue = Names.Queue("reader", stream, 2);
        await using (var native = await NativeClient.OpenAsync(rabbit.Server.Uri))
        {
            if ((string)arguments["x-queue-type"]! == "quorum")
            {
                arguments.TryAdd("x-delivery-limit", Declarations.DeliveryLimit);
                arguments.TryAdd("x-dead-letter-exchange", "");
                arguments.TryAdd("x-dead-letter-routing-key", Names.DeadLetters("reader", stream));
                arguments.TryAdd("x-dead-letter-strategy", "at-least-once");
                arguments.TryAdd("x-overflow", "reject-publish");
            }
            await native.Channel.QueueDeclareAsync(queue, true, false, false, arguments, cancellationToken: Stop);
        }
        await using var transport = rabbit.Transport();

        var refused = await Assert.ThrowsAsync<TransportRefusedException>(
            () => transport.StartAsync(RabbitMqBackend.Topology(stream, "reader"), Stop));

        TestContext.Current.TestOutputHelper!.WriteLine(refused.Message);
        Assert.Contains(queue, refused.Message, StringComparison.Ordinal);
        Assert.Contains(setting, refused.Message, StringComparison.Ordinal);
    }
}
