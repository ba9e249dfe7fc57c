using System.Reflection;
using System.Text.Json;
using Tessera.Messaging.Handling;

namespace Tessera.Messaging;

/// <summary>What a service publishes, handles and schedules, as it listed it. Read-only once the host
/// is built.</summary>
public sealed class MessageRegistry
{
    private readonly Dictionary<Type, PublishedEvent> _published = [];
    private readonly Dictionary<string, HandledMessage> _handled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ignored = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, string> _timers = [];
    private readonly Dictionary<string, HandledMessage> _handledTimers = new(StringComparer.Ordinal);

    /// <summary>The service's name: its stream, and its name as a subscriber.</summary>
    public string Service { get; internal set; } = "";

    /// <summary>The CloudEvents <c>source</c> of what it publishes.</summary>
    public string Source { get; internal set; } = "";

    /// <summary>Partitions of every stream; fixed when a stream is created.</summary>
    public int Partitions { get; internal set; } = 4;

    public int PayloadSizeBytesMax { get; internal set; } = 1024 * 1024;

    /// <summary>Subscribers of this service's stream that are known at deployment.</summary>
    public IReadOnlyList<string> Subscribers { get; internal set; } = [];

    public JsonSerializerOptions Json { get; internal set; } = new(JsonSerializerDefaults.Web);

    internal IReadOnlyDictionary<string, HandledMessage> Handled => _handled;

    /// <summary>Event types that the service knows and has no use for.</summary>
    internal IReadOnlySet<string> Ignored => _ignored;

    /// <summary>Apart from the events: what a broker brings must never pass for a timer.</summary>
    internal IReadOnlyDictionary<string, HandledMessage> HandledTimers => _handledTimers;

    internal bool PublishesAny => _published.Count > 0;

    /// <summary>The streams this service subscribes to: the first part of each handled event's type.</summary>
    public IReadOnlyList<string> SubscribedStreams =>
    [
        .. _handled.Values
            .Select(handled => StreamOf(handled.TypeName)).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>What the service publishes, by type: for tools that look at a service without starting it.</summary>
    public IReadOnlyList<ListedEvent> PublishedEvents =>
    [
        .. _published.Select(each => new ListedEvent(each.Value.TypeName, each.Key, each.Value.KeyOf))
            .OrderBy(each => each.Type, StringComparer.Ordinal),
    ];

    /// <summary>What the service handles, without its timers, by type.</summary>
    public IReadOnlyList<ListedEvent> HandledEvents =>
    [
        .. _handled.Values.Select(each => new ListedEvent(each.TypeName, each.MessageType, null))
            .OrderBy(each => each.Type, StringComparer.Ordinal),
    ];

    /// <summary>The stream of a wire type: what stands before the first dot.</summary>
    public static string StreamOf(string typeName) =>
        typeName.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            ? typeName[..dot]
            : throw new ArgumentException(
                $"'{typeName}' is no event type: expected stream.event-name.vN.", nameof(typeName));

    /// <summary>The wire type of an event record: its <c>public const string EventType</c>.</summary>
    public static string TypeNameOf(Type type) =>
        type.GetField("EventType", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string
        ?? throw new InvalidOperationException(
            $"{type} has no 'public const string EventType = \"stream.event-name.v1\"'. " +
            "Events name their wire type there.");

    /// <summary>The written type of a timer record: its <c>public const string TimerType</c>. Waiting timers are stored
    /// under it, so the record may be renamed, and its type may not.</summary>
    public static string TimerNameOf(Type type) =>
        type.GetField("TimerType", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue()
            is string { Length: > 0 } name
            ? name
            : throw new InvalidOperationException(
                $"{type} has no 'public const string TimerType = \"...\"'. " +
                "Timers name the type there that they wait under.");

    internal MessageRegistry Apply(MessagingOptions options)
    {
        Partitions = options.Partitions ?? Partitions;
        PayloadSizeBytesMax = options.PayloadSizeBytesMax ?? PayloadSizeBytesMax;
        if (options.Subscribers.Count > 0) Subscribers = [.. options.Subscribers];
        return this;
    }

    internal void AddPublished<TEvent>(Func<TEvent, object> key) where TEvent : class
    {
        var name = TypeNameOf(typeof(TEvent));
        if (StreamOf(name) != Service)
            throw new InvalidOperationException($"{name} does not belong to the stream of the service '{Service}'.");
        _published.Add(typeof(TEvent), new PublishedEvent(name, message => KeyText(key((TEvent)message))));
    }

    internal void AddHandled(HandledMessage handled)
    {
        if (!handled.IsTimer) RefuseReserved(StreamOf(handled.TypeName));
        var table = handled.IsTimer ? _handledTimers : _handled;
        if (!table.TryAdd(handled.TypeName, handled))
        {
            throw new InvalidOperationException(
                $"{handled.TypeName} has a handler already: {table[handled.TypeName].Handler}.");
        }
        if (handled.IsTimer) _timers.Add(handled.MessageType, handled.TypeName);
        else RefuseBoth(handled.TypeName);
    }

    internal void AddIgnored(Type type)
    {
        var name = TypeNameOf(type);
        _ignored.Add(name);
        RefuseBoth(name);
    }

    private void RefuseBoth(string name)
    {
        if (!_ignored.Contains(name) || !_handled.TryGetValue(name, out var handled)) return;
        throw new InvalidOperationException(
            $"{name} is listed with Ignores<…>() and has a handler, {handled.Handler}: it can be only one of them.");
    }

    /// <summary>Timers are parked under a stream of their own, which no service may have.</summary>
    internal static void RefuseReserved(string stream)
    {
        if (stream != TimerIntake.TimersStream) return;
        throw new InvalidOperationException(
            $"'{stream}' is the name under which timers are kept: no service and no stream may be called so.");
    }

    internal PublishedEvent Published(Type type) => _published.TryGetValue(type, out var published)
        ? published
        : throw new InvalidOperationException(
            $"{type} is not registered: add Publishes<{type.Name}>(…) where the service lists its messages.");

    internal string TimerName(Type timer) => _timers.TryGetValue(timer, out var name)
        ? name
        : throw new InvalidOperationException(
            $"{timer} is not registered: add Timer<…>() of its handler where the service lists its messages.");

    private static string KeyText(object key) => key switch
    {
        string text => text,
        Guid id => id.ToString("D"),
        _ => Convert.ToString(key, System.Globalization.CultureInfo.InvariantCulture) ?? "",
    };
}

/// <summary>One line of what a service publishes or handles.</summary>
/// <param name="Type">The wire type.</param>
/// <param name="Record">What it is in code.</param>
/// <param name="KeyOf">The key of an event; null for one that is only handled.</param>
public sealed record ListedEvent(string Type, Type Record, Func<object, string>? KeyOf);

internal sealed record PublishedEvent(string TypeName, Func<object, string> KeyOf);

/// <summary>One line of the service's list: which handler takes which wire type.</summary>
internal sealed record HandledMessage(
    string TypeName, Type MessageType, Type Handler, bool IsTimer, bool IsBatch, bool Prefetches);
