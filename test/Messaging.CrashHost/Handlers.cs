namespace Tessera.Messaging.CrashHost;

/// <summary>Writes down each effect without looking whether it was there: a second one would be seen.</summary>
internal sealed class SeeOrder(UnitOfWork work, ScenarioSettings settings, Cure cure, TimeProvider clock)
    : IHandle<OrderPlaced>
{
    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken stop)
    {
        if (message.Run != settings.Run) return Task.CompletedTask;
        if (message.Number == settings.Poison && !cure.IsGiven)
            throw new InvalidOperationException("Not until it is cured.");
        work.Enqueue("insert into seen (name, number) values ($1, $2)", message.Key, message.Number);
        work.Schedule("overdue-" + message.Number, new Overdue(message.Number), clock.GetUtcNow().AddMilliseconds(20));
        context.Publish(new OrderSeen(message.Run, message.Key, message.Number));
        return Task.CompletedTask;
    }
}

internal sealed class FireOverdue(UnitOfWork work) : IHandle<Overdue>
{
    public Task HandleAsync(Overdue message, MessageContext context, CancellationToken stop)
    {
        work.Enqueue("insert into fired (number) values ($1)", message.Number);
        return Task.CompletedTask;
    }
}

internal sealed class ConfirmOrder(UnitOfWork work, ScenarioSettings settings) : IHandle<OrderSeen>
{
    public Task HandleAsync(OrderSeen message, MessageContext context, CancellationToken stop)
    {
        if (message.Run == settings.Run)
            work.Enqueue("insert into confirmed (name, number) values ($1, $2)", message.Key, message.Number);
        return Task.CompletedTask;
    }
}

/// <summary>Whether the poison can be handled by now. Outlives the process in the database.</summary>
internal sealed class Cure
{
    public bool IsGiven { get; set; }
}
