using System.Collections.Concurrent;
using RabbitMQ.Client;

namespace Tessera.Messaging.RabbitMq;

/// <summary>Names as encoded bytes, made once. As many as there are streams and partitions.</summary>
internal sealed class RouteNames
{
    private readonly ConcurrentDictionary<string, CachedString> _exchanges = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, CachedString> _keys = new();

    public CachedString Exchange(string stream) =>
        _exchanges.GetOrAdd(stream, static name => new CachedString(Names.Exchange(name)));

    public CachedString RoutingKey(int partition) =>
        _keys.GetOrAdd(partition, static number => new CachedString(Names.RoutingKey(number)));
}
