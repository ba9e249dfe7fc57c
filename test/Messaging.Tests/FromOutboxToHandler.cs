using Tessera.Messaging.Tests.Fakes;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

public sealed class FromOutboxToHandler : IDisposable
{
    private readonly TemporaryFolder _folder = new("core");
    private readonly MemoryBroker _broker = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Handles_what_another_service_published_in_order_and_once()
    {
        await using var orders = await StartOrdersAsync();
        await using var stock = await StartStockAsync();
        for (var i = 0; i < 50; i++) await orders.CommitAsync(work => work.Publish(new OrderPlaced("a", i)));

        await Eventually.HoldsAsync("all were handled", async () => (await SeenAsync(stock)).Count == 50);
        Assert.Equal(Enumerable.Range(0, 50), await SeenAsync(stock));
        Assert.True(orders.Health.IsReady);
        Assert.True(stock.Health.IsReady);
    }

    [Fact]
    public async Task Publishes_nothing_that_was_rolled_back()
    {
        await using var orders = await StartOrdersAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => orders.CommitAsync(work =>
        {
            work.Publish(new OrderPlaced("a", 1));
            throw new InvalidOperationException("The request fails.");
        }));
        await orders.CommitAsync(work => work.Publish(new OrderPlaced("a", 2)));
        await Eventually.HoldsAsync("the second was sent", () => _broker.Log("orders").Count > 0);
        Assert.Single(_broker.Log("orders"));
    }

    private Task<TestService> StartOrdersAsync() => TestService.StartAsync(
        "orders", _folder.File("orders.db"), _broker.Connect(),
        messages => messages.Publishes<OrderPlaced>(placed => placed.Order));

    private Task<TestService> StartStockAsync() => TestService.StartAsync(
        "stock", _folder.File("stock.db"), _broker.Connect(), messages => messages.Handle<NoteOrderPlaced>());

    private static Task<List<int>> SeenAsync(TestService stock) =>
        stock.QueryAsync("select number from seen order by rowid", row => row.GetInt32(0));
}

internal sealed class NoteOrderPlaced(UnitOfWork work) : IHandle<OrderPlaced>
{
    public async Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken stop)
    {
        await work.ExecuteAsync("create table if not exists seen (number integer, key text)", [], stop);
        work.Enqueue("insert into seen (number, key) values ($1, $2)", message.Number, message.Order);
    }
}
