using System.Diagnostics;
using System.Text.Json;
using Tessera.Messaging.Store;
using Tessera.Messaging.Telemetry;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;

namespace Tessera.Messaging.Publishing;

/// <summary>Turns events and timers into rows by what the service registered.</summary>
internal sealed class EventSerializer(MessageRegistry registry, MessagingSystem system, TimeProvider clock)
{
    public OutboxRow ToOutboxRow<TEvent>(TEvent message, EventEnvelope? cause = null) where TEvent : class
    {
        var published = registry.Published(typeof(TEvent));
        var key = Checked(published.KeyOf(message), published.TypeName);
        using var span = MessagingTraces.StartPublish(system.Broker, published.TypeName, registry.Service);
        var activity = span ?? Activity.Current;
        var now = clock.GetUtcNow();
        var envelope = new EventEnvelope
        {
            Id = Guid.CreateVersion7(now),
            Stream = registry.Service,
            Key = key,
            Type = published.TypeName,
            Source = registry.Source,
            Time = now,
            TraceParent = activity is null ? cause?.TraceParent : activity.Id,
            TraceState = activity is null ? cause?.TraceState : activity.TraceStateString,
            Data = JsonSerializer.SerializeToUtf8Bytes(message, registry.Json),
        };
        if (envelope.Data.Length > registry.PayloadSizeBytesMax)
        {
            throw new InvalidOperationException(
                $"The event {published.TypeName} of key '{key}' has {envelope.Data.Length} bytes; " +
                $"Messaging:PayloadSizeBytesMax allows {registry.PayloadSizeBytesMax}.");
        }
        return new OutboxRow(0, Partitioner.PartitionOf(key, registry.Partitions), envelope);
    }

    public TimerRow ToTimerRow<TTimer>(string key, TTimer timer, DateTimeOffset due, EventEnvelope? cause = null)
        where TTimer : class
    {
        var type = TimerName(typeof(TTimer));
        return new(Guid.CreateVersion7(clock.GetUtcNow()), type, Checked(key, type), due,
            Activity.Current is { } activity ? activity.Id : cause?.TraceParent,
            JsonSerializer.SerializeToUtf8Bytes(timer, registry.Json));
    }

    public string TimerName(Type timer) => registry.TimerName(timer);

    private static string Checked(string key, string type) => EventKey.FaultOf(key) is { } fault
        ? throw new InvalidOperationException($"{type} cannot be stored. {fault}")
        : key;
}
