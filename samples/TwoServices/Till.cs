using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging;

namespace Tessera.TwoServices;

/// <summary>The first service: takes orders, and calls them out when they are ready.</summary>
internal static class Till
{
    public const string Schema =
        "create table if not exists orders (id text primary key, drink text not null, ready integer not null)";

    private static readonly string[] Drinks = ["espresso", "flat white", "filter"];

    public static async Task TakeOrderAsync(IServiceProvider services, int number, CancellationToken stop)
    {
        await using var scope = services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var order = new CoffeeOrdered(Guid.CreateVersion7(), Drinks[number % Drinks.Length]);
        await work.BeginAsync(stop);
        work.Enqueue("insert into orders (id, drink, ready) values ($1, $2, 0)", order.Order, order.Drink);
        work.Publish(order); // Stored with the order, sent after the commit.
        await work.CommitAsync(stop);
    }
}

internal sealed class CallOutOnCoffeeReady(UnitOfWork work) : IHandle<CoffeeReady>
{
    public Task HandleAsync(CoffeeReady message, MessageContext context, CancellationToken stop)
    {
        // The commit fails unless exactly this one order was waiting.
        work.EnqueueOne("update orders set ready = 1 where id = $1 and ready = 0", message.Order);
        return Task.CompletedTask;
    }
}
