using System.Globalization;

namespace Tessera.Messaging.RabbitMq;

/// <summary>What things are called at the broker.</summary>
internal static class Names
{
    public static string Exchange(string stream) => stream;

    public static string RoutingKey(int partition) => partition.ToString(CultureInfo.InvariantCulture);

    public static string Queue(string subscriber, string stream, int partition) =>
        string.Create(CultureInfo.InvariantCulture, $"{subscriber}.{stream}.{partition}");

    /// <summary>Takes what a policy of the operator throws out of a subscription's queues.</summary>
    public static string DeadLetters(string subscriber, string stream) => $"{subscriber}.{stream}.dead";

    /// <summary>Always empty; its length bound records the stream's partition count at the broker.</summary>
    public static string PartitionCount(string stream) => $"{stream}.partitions";

    /// <summary>Keeps the events of a stream that has no known subscriber.</summary>
    public static string Retained(string stream) => $"{stream}.retained";

    /// <summary>The channel on which the processes of a subscription count each other.</summary>
    public static string Members(string subscriber, string stream) => $"{subscriber}.{stream}.members";

    public static string Broadcast(string channel) => $"broadcast.{channel}";
}
