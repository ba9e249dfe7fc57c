using System.Reflection;
using Tessera.Messaging;
using Tessera.ServiceDefaults;

namespace Tessera.MessagingDefaults.Tests;

public sealed class SubscribersTests
{
    private static readonly IReadOnlyList<string> services = Shop.Interfaces;

    /// <summary>Which streams a service reads, from the events that its handlers take.</summary>
    private static IEnumerable<string> StreamsReadBy(string service) =>
        from type in Assembly.Load($"Tessera.{char.ToUpperInvariant(service[0])}{service[1..]}").GetTypes()
        where type is { IsAbstract: false, IsClass: true }
        from face in type.GetInterfaces()
        where face.IsGenericType
            && (face.GetGenericTypeDefinition() == typeof(IHandle<>)
                || face.GetGenericTypeDefinition() == typeof(IHandleBatch<>))
        let message = face.GetGenericArguments()[0]
        where message.GetField("EventType") is not null // A timer has none.
        select MessageRegistry.StreamOf(MessageRegistry.TypeNameOf(message));

    [Fact]
    public void Names_exactly_those_who_handle_a_stream_s_events()
    {
        var real = services.ToDictionary(stream => stream, stream =>
            services.Where(reader => StreamsReadBy(reader).Contains(stream)).Order().ToArray());
        var known = services.ToDictionary(stream => stream, stream => Shop.SubscribersOf(stream).Order().ToArray());
        Assert.Equal(real, known);
    }

    [Fact]
    public void Sees_the_handlers_at_all() => Assert.Contains("orders", StreamsReadBy("inventory"));

    [Fact]
    public void Knows_nobody_who_reads_a_stranger() => Assert.Empty(Shop.SubscribersOf("newcomer"));
}
