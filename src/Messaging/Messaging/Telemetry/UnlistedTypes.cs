using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tessera.Messaging.Telemetry;

/// <summary>Event types that came and that the service lists no handler for: each is named once in the log, and what
/// is passed over is counted under its name. Foreign software may make up any number of types, so the names are
/// bounded.</summary>
internal sealed partial class UnlistedTypes(
    MessageRegistry registry, IOptions<MessagingOptions> options, ILogger<UnlistedTypes> logger)
{
    public const int TypesMax = 100;

    private const int NameLengthMax = 200;

    /// <summary>Stands for all types beyond the bounds.</summary>
    public const string Others = "(others)";

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>Whether an event of the type is to be parked; if not, it has been counted as passed over.</summary>
    public bool AreParked(string stream, string type)
    {
        var parked = options.Value.Unknown == UnknownEvents.Park && !registry.Ignored.Contains(type);
        var name = NameOf(stream, type, parked);
        if (!parked) MessagingMetrics.Unlisted(stream, name);
        return parked;
    }

    private string NameOf(string stream, string type, bool parked)
    {
        if (_known.ContainsKey(type)) return type;
        if (type.Length > NameLengthMax || type.Any(char.IsControl) || _known.Count >= TypesMax)
        {
            if (_known.TryAdd(Others, true)) Log.More(logger, stream, TypesMax);
            return Others;
        }
        if (!_known.TryAdd(type, true)) return type;
        if (parked) Log.Parked(logger, type, stream);
        else Log.PassedOver(logger, type, stream);
        return type;
    }

    private static partial class Log
    {
        [LoggerMessage(1313, LogLevel.Information,
            "Events of type {EventType} of {Stream} are passed over: this build lists no handler for them")]
        public static partial void PassedOver(ILogger logger, string eventType, string stream);

        [LoggerMessage(1314, LogLevel.Information,
            "Further event types of {Stream} without a handler are not named: only {Count} are, and no strange ones")]
        public static partial void More(ILogger logger, string stream, int count);

        [LoggerMessage(1315, LogLevel.Warning,
            "Events of type {EventType} of {Stream} are parked: this build lists no handler for them")]
        public static partial void Parked(ILogger logger, string eventType, string stream);
    }
}
