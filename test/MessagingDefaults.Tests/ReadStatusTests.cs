using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
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
            await app.Services.GetRequiredService<IMessageStore>().PrepareAsync(Stop);
            var embedded = app.Services.GetServices<ITransport>().Single(one => one.Name == "embedded");
            var topology = new Topology([], [new Subscription("inventory", 4, "orders")]);
            await embedded.StartAsync(topology, Stop);

            var status = await ReadAsync(app);

            Assert.Equal("embedded", status.Broker);
            Assert.Equal([("inventory", "embedded"), ("inventory", "redis")],
                status.Subscriptions.Select(one => (one.Stream, one.Broker)));
            Assert.NotNull(status.Subscriptions[0].Unread);
            Assert.NotNull(status.Subscriptions[1].Unavailable);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Tells_for_how_long_a_timer_is_overdue_and_how_long_ago_a_message_was_handled()
    {
        var (folder, clock) = (ScratchFolder.Create("status"), new FakeTimeProvider(Some.Time));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?> { ["Tessera:DataDirectory"] = folder });
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddMessagingDefaults("orders", _ => { });
        await using (var app = builder.Build())
        {
            var store = app.Services.GetRequiredService<IMessageStore>();
            await store.PrepareAsync(Stop);
            var status = await ReadAsync(app);
            Assert.Equal((0, null, null), (status.Timers, status.TimersOverdueSeconds, status.HandledSeconds));
            await using (var session = await store.BeginAsync(Stop))
            {
                session.AddTimers([Some.Timer("order-1", Some.Time.AddSeconds(10))]);
                await session.AdmitAsync("inventory", [Guid.CreateVersion7()], ["k"], Some.Time, Stop);
                await session.CommitAsync(Stop);
            }
            clock.Advance(TimeSpan.FromSeconds(3));
            status = await ReadAsync(app); // It is not due yet.
            Assert.Equal((1, null, 3), (status.Timers, status.TimersOverdueSeconds, status.HandledSeconds));
            clock.Advance(TimeSpan.FromSeconds(20));
            status = await ReadAsync(app);
            Assert.Equal((1, 13, 23), (status.Timers, status.TimersOverdueSeconds, status.HandledSeconds));
        }
        Directory.Delete(folder, recursive: true);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Task<MessagingStatus> ReadAsync(WebApplication app) =>
        app.Services.GetRequiredService<ReadStatus>().ReadAsync(Stop);

    private sealed class Nothing : IHandle<StockReserved>
    {
        public Task HandleAsync(StockReserved message, MessageContext context, CancellationToken stop) =>
            Task.CompletedTask;
    }
}
