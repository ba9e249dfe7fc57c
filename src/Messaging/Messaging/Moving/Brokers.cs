using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Moving;

/// <summary>
/// Every broker that this process is connected to. The last one registered is published to; the others are there while
/// a running system moves: they are read as well, and get the markers that close their partitions.
/// </summary>
internal sealed class Brokers
{
    public Brokers(IEnumerable<ITransport> registered)
    {
        All = [.. registered];
        if (All.Count == 0)
        {
            throw new InvalidOperationException(
                "No broker is registered: call one of the Use… methods of a transport.");
        }
        Primary = All[^1];
        if (All.Select(transport => transport.Name).Distinct(StringComparer.Ordinal).Count() != All.Count)
        {
            throw new InvalidOperationException(
                "A broker is registered twice: Messaging:AlsoConsume must not name Messaging:Broker.");
        }
    }

    public IReadOnlyList<ITransport> All { get; }

    public ITransport Primary { get; }

    /// <summary>Whether a move may be going on.</summary>
    public bool AreSeveral => All.Count > 1;

    public ITransport? Find(string name) => All.FirstOrDefault(transport => transport.Name == name);
}
