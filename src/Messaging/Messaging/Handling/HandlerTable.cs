namespace Tessera.Messaging.Handling;

/// <summary>The service's handlers by wire type or timer name.</summary>
internal sealed class HandlerTable
{
    private readonly Dictionary<string, HandlerInvoker> _byType = new(StringComparer.Ordinal);

    public HandlerTable(MessageRegistry registry)
    {
        registry.Json.MakeReadOnly(populateMissingResolver: true);
        foreach (var handled in registry.Handled.Values)
            _byType.Add(handled.TypeName, HandlerInvoker.For(handled, _byType.Count, registry.Json));
        AnyPrefetches = _byType.Values.Any(invoker => invoker.Prefetches);
    }

    public int Count => _byType.Count;

    public bool AnyPrefetches { get; }

    public HandlerInvoker? Find(string type) => _byType.GetValueOrDefault(type);
}
