using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;
using Tessera.Testing;

namespace Tessera.MessagingDefaults.Tests;

public sealed class ReadStatusTests
{
    [Fact]
    public async Task Tells_of_each_broker_that_is_read_and_goes_on_without_one_that_is_away()
    {
        var folder = ScratchFolder.Create("status");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Tessera:DataDirectory"] = folder,
            ["Messaging:AlsoConsume"] = "redis",
            ["Messaging:Redis:Configuration"] = "127.0.0.1:1,connectTimeout=200",
        });
        builder.AddMessagingDefaults("orders", messages => messages.Handle<Nothing>());
        await using (var app = builder.Build())
        {
            await app.Services.GetRequiredService<IMessageStore>().PrepareAsync(TestContext.Current.CancellationToken);
            var embedded = app.Services.GetServices<ITransport>().Single(one => one.Name == "embedded");
            var topology = new Topology([], [new Subscription("inventory", 4, "orders")]);
            await embedded.StartAsync(topology, TestContext.Current.CancellationToken);

            var status = await app.Services.GetRequiredService<ReadStatus>()
                .ReadAsync(TestContext.Current.CancellationToken);

            Assert.Equal("embedded", status.Broker);
            Assert.Equal([("inventory", "embedded"), ("inventory", "redis")],
                status.Subscriptions.Select(one => (one.Stream, one.Broker)));
            Assert.NotNull(status.Subscriptions[0].Unread);
            Assert.NotNull(status.Subscriptions[1].Unavailable);
        }
        Directory.Delete(folder, recursive: true);
    }

    private sealed class Nothing : IHandle<StockReserved>
    {
        public Task HandleAsync(StockReserved message, MessageContext context, CancellationToken stop) =>
            Task.CompletedTask;
    }
}
