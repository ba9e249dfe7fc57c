using Tessera.Messaging;

namespace Tessera.Orders;

/// <summary>A handler whose whole work is to tell one order what happened to it.</summary>
internal abstract class OrderReaction<TEvent>(OrderStore orders, OrderProgress progress)
    : IHandle<TEvent>, IPrefetch<TEvent>
    where TEvent : class
{
    public Task PrefetchAsync(IReadOnlyList<TEvent> messages, CancellationToken stop)
    {
        foreach (var message in messages) orders.Expect(OrderOf(message));
        return Task.CompletedTask;
    }

    public abstract Task HandleAsync(TEvent message, MessageContext context, CancellationToken stop);

    protected abstract Guid OrderOf(TEvent message);

    protected Task ApplyAsync(TEvent message, OrderInput input, CancellationToken stop) =>
        progress.ApplyAsync(OrderOf(message), input, stop);
}
