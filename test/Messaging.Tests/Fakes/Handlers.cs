using System.Collections.Concurrent;

namespace Tessera.Messaging.Tests.Fakes;

/// <summary>What a test's handlers should do, and what they saw. Their effects stand in
/// the table <c>seen</c>.</summary>
internal sealed class Script
{
    public Action<OrderPlaced, MessageContext> OnOrder { get; set; } = (_, _) => { };

    public Action<Overdue, MessageContext> OnTimer { get; set; } = (_, _) => { };

    /// <summary>Every call, rolled back ones included.</summary>
    public ConcurrentQueue<(int Number, int Attempt)> Calls { get; } = [];

    public ConcurrentQueue<int> Prefetches { get; } = [];
}

internal sealed class SeeOrder(Script script, UnitOfWork work) : IHandle<OrderPlaced>, IPrefetch<OrderPlaced>
{
    public const string Table = "create table if not exists seen (key text, number integer)";

    public Task PrefetchAsync(IReadOnlyList<OrderPlaced> messages, CancellationToken stop)
    {
        script.Prefetches.Enqueue(messages.Count);
        return Task.CompletedTask;
    }

    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken stop)
    {
        script.Calls.Enqueue((message.Number, context.Attempt));
        script.OnOrder(message, context);
        work.Enqueue("insert into seen (key, number) values ($1, $2)", message.Order, message.Number);
        context.Publish(new OrderSeen(message.Order, message.Number));
        return Task.CompletedTask;
    }
}

internal sealed class SeeOverdue(Script script, UnitOfWork work) : IHandle<Overdue>
{
    public Task HandleAsync(Overdue message, MessageContext context, CancellationToken stop)
    {
        script.OnTimer(message, context);
        work.Enqueue("insert into seen (key, number) values ($1, -1)", message.Order);
        return Task.CompletedTask;
    }
}

internal sealed class SeeOrders(Script script, UnitOfWork work) : IHandleBatch<OrderPlaced>
{
    public async Task HandleAsync(IReadOnlyList<Received<OrderPlaced>> messages, CancellationToken stop)
    {
        script.Prefetches.Enqueue(messages.Count);
        foreach (var (message, context) in messages)
        {
            script.OnOrder(message, context);
            work.Enqueue("insert into seen (key, number) values ($1, $2)", message.Order, message.Number);
        }
        await work.FlushAsync(stop);
    }
}
