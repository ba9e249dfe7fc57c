using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tessera.Messaging.Handling;

/// <summary>Calls one handler for one message type without reflection: made once per line
/// of the service's list.</summary>
internal abstract class HandlerInvoker(HandledMessage handled, int index)
{
    /// <summary>Its place among the invokers, for per-attempt lookups.</summary>
    public int Index { get; } = index;

    public Type Handler { get; } = handled.Handler;

    public bool IsBatch { get; } = handled.IsBatch;

    public bool Prefetches { get; } = handled.Prefetches;

    public static HandlerInvoker For(HandledMessage handled, int index, JsonSerializerOptions json) =>
        (HandlerInvoker)Activator.CreateInstance(
            typeof(HandlerInvoker<>).MakeGenericType(handled.MessageType), handled, index, json)!;

    /// <exception cref="JsonException">The data is no such message.</exception>
    public abstract object Deserialize(ReadOnlyMemory<byte> data);

    public abstract Task HandleAsync(object handler, object message, MessageContext context, CancellationToken stop);

    public abstract Task HandleBatchAsync(
        object handler, IReadOnlyList<BatchItem> items, int first, int count, UnitOfWork work, CancellationToken stop);

    public abstract Task PrefetchAsync(object handler, IReadOnlyList<BatchItem> items, CancellationToken stop);
}

internal sealed class HandlerInvoker<TEvent>(HandledMessage handled, int index, JsonSerializerOptions json)
    : HandlerInvoker(handled, index)
    where TEvent : class
{
    private readonly JsonTypeInfo<TEvent> _type = (JsonTypeInfo<TEvent>)json.GetTypeInfo(typeof(TEvent));

    public override object Deserialize(ReadOnlyMemory<byte> data) =>
        JsonSerializer.Deserialize(data.Span, _type) ?? throw new JsonException("The event's data is null.");

    public override Task HandleAsync(object handler, object message, MessageContext context, CancellationToken stop) =>
        ((IHandle<TEvent>)handler).HandleAsync((TEvent)message, context, stop);

    public override Task HandleBatchAsync(
        object handler, IReadOnlyList<BatchItem> items, int first, int count, UnitOfWork work, CancellationToken stop)
    {
        var received = new Received<TEvent>[count];
        for (var i = 0; i < count; i++)
        {
            var item = items[first + i];
            received[i] = new((TEvent)item.Message!, new MessageContext(work, item.Event, item.Failures + 1));
        }
        return ((IHandleBatch<TEvent>)handler).HandleAsync(received, stop);
    }

    public override Task PrefetchAsync(object handler, IReadOnlyList<BatchItem> items, CancellationToken stop)
    {
        var messages = new List<TEvent>(items.Count);
        foreach (var item in items)
        {
            if (item.Invoker == this) messages.Add((TEvent)item.Message!);
        }
        return ((IPrefetch<TEvent>)handler).PrefetchAsync(messages, stop);
    }
}
