namespace Tessera.Messaging.Handling;

/// <summary>The service's handlers by wire type, and its timers' by theirs.</summary>
internal sealed class HandlerTable
{
    private readonly Dictionary<string, HandlerInvoker> _byType = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HandlerInvoker> _byTimer = new(StringComparer.Ordinal);

    public HandlerTable(MessageRegistry registry)
    {
        registry.Json.MakeReadOnly(populateMissingResolver: true);
        foreach (var handled in registry.Handled.Values)
            _byType.Add(handled.TypeName, HandlerInvoker.For(handled, Count, registry.Json));
        foreach (var handled in registry.HandledTimers.Values)
            _byTimer.Add(handled.TypeName, HandlerInvoker.For(handled, Count, registry.Json));
        AnyPrefetches = All.Any(invoker => invoker.Prefetches);
    }

    public IEnumerable<HandlerInvoker> All => _byType.Values.Concat(_byTimer.Values);

    public int Count => _byType.Count + _byTimer.Count;

    public bool AnyPrefetches { get; }

    public HandlerInvoker? Find(string type) => _byType.GetValueOrDefault(type);

    public HandlerInvoker? FindTimer(string type) => _byTimer.GetValueOrDefault(type);

    /// <summary>For a parked message, by what it was parked under.</summary>
    public HandlerInvoker? FindParked(EventEnvelope parked) =>
        parked.Stream == TimerIntake.TimersStream ? FindTimer(parked.Type) : Find(parked.Type);
}
