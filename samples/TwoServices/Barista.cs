using Tessera.Messaging;

namespace Tessera.TwoServices;

/// <summary>The second service: makes what was ordered, and says so.</summary>
internal sealed class MakeCoffeeOnCoffeeOrdered(UnitOfWork work) : IHandle<CoffeeOrdered>
{
    public const string Schema = "create table if not exists made (drink text primary key, cups integer not null)";

    public Task HandleAsync(CoffeeOrdered message, MessageContext context, CancellationToken stop)
    {
        // Nobody looks whether this order came before: the inbox row, the cup and the answer commit together.
        work.Enqueue(
            "insert into made (drink, cups) values ($1, 1) on conflict (drink) do update set cups = cups + 1",
            message.Drink);
        context.Publish(new CoffeeReady(message.Order, message.Drink));
        return Task.CompletedTask;
    }
}
