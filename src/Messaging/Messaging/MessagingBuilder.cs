using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Tessera.Messaging;

/// <summary>A service's list of what it publishes and handles. Nothing is scanned for.</summary>
public sealed class MessagingBuilder
{
    internal MessagingBuilder(IServiceCollection services, MessageRegistry registry)
    {
        Services = services;
        Registry = registry;
    }

    /// <summary>For stores and transports to register themselves.</summary>
    public IServiceCollection Services { get; }

    public MessageRegistry Registry { get; }

    /// <summary>The service publishes this event; <paramref name="key"/> says what it is about (order
    /// per key).</summary>
    public MessagingBuilder Publishes<TEvent>(Func<TEvent, object> key) where TEvent : class
    {
        Registry.AddPublished(key);
        return this;
    }

    /// <summary>The handler takes each event type it implements <see cref="IHandle{TEvent}"/> or
    /// <see cref="IHandleBatch{TEvent}"/> for. One handler per event type and service.</summary>
    public MessagingBuilder Handle<THandler>() where THandler : class => Add<THandler>(timer: false);

    /// <summary>The handler takes the timers it implements <see cref="IHandle{TEvent}"/> for. A timer is a record with
    /// <c>public const string TimerType</c>, the name it waits under; it must not change while timers wait.</summary>
    public MessagingBuilder Timer<THandler>() where THandler : class => Add<THandler>(timer: true);

    /// <summary>The service knows this event and has no use for it: it is passed over, also where events of types that
    /// are not listed are parked (<see cref="UnknownEvents.Park"/>).</summary>
    public MessagingBuilder Ignores<TEvent>() where TEvent : class
    {
        Registry.AddIgnored(typeof(TEvent));
        return this;
    }

    /// <summary>The subscribers of this service's stream that are known at deployment, so that a broker that keeps
    /// queues keeps events for one that has not started yet.</summary>
    public MessagingBuilder SubscribedBy(IReadOnlyList<string> subscribers)
    {
        Registry.Subscribers = subscribers;
        return this;
    }

    /// <summary>Partitions of every stream; 4 unless set. Fixed when a stream is created: all
    /// services must agree.</summary>
    public MessagingBuilder Partitions(int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        Registry.Partitions = partitions;
        return this;
    }

    /// <summary>The largest event in bytes of JSON; 1 MiB unless set.</summary>
    public MessagingBuilder PayloadSizeBytesMax(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Registry.PayloadSizeBytesMax = size;
        return this;
    }

    private MessagingBuilder Add<THandler>(bool timer) where THandler : class
    {
        var contracts = typeof(THandler).GetInterfaces().Where(face => face.IsGenericType).ToArray();
        var handled = contracts.Where(face =>
            face.GetGenericTypeDefinition() == typeof(IHandle<>)
            || face.GetGenericTypeDefinition() == typeof(IHandleBatch<>)).ToArray();
        if (handled.Length == 0)
        {
            throw new InvalidOperationException(
                $"{typeof(THandler)} implements neither IHandle<T> nor IHandleBatch<T>.");
        }
        foreach (var face in handled)
        {
            var message = face.GetGenericArguments()[0];
            var name = timer ? MessageRegistry.TimerNameOf(message) : MessageRegistry.TypeNameOf(message);
            var prefetches = contracts.Contains(typeof(IPrefetch<>).MakeGenericType(message));
            var batch = face.GetGenericTypeDefinition() == typeof(IHandleBatch<>);
            Registry.AddHandled(new HandledMessage(name, message, typeof(THandler), timer, batch, prefetches));
        }
        Services.TryAddScoped<THandler>();
        return this;
    }
}
