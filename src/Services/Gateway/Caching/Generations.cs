using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Tessera.Gateway;

/// <summary>The count of changes of each service's content, as far as this gateway knows. What is kept belongs to one
/// generation: an answer that was under way while the content changed is never taken for a new one.</summary>
internal sealed class Generations
{
    private readonly ConcurrentDictionary<string, StrongBox<long>> _services = new(StringComparer.Ordinal);

    public long Of(string service) => Volatile.Read(ref BoxOf(service).Value);

    public void Next(string service) => Interlocked.Increment(ref BoxOf(service).Value);

    private StrongBox<long> BoxOf(string service) => _services.GetOrAdd(service, static _ => new StrongBox<long>());
}
