using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tessera.Messaging.Handling;

namespace Tessera.Messaging;

/// <summary>Whether a body that an operator wrote is one of the message's type. Stricter than the reading of events,
/// which skips what it does not know: a member with a slip of the pen would be left out without a word.</summary>
internal static class ParkedBody
{
    private static readonly ConcurrentDictionary<JsonSerializerOptions, JsonSerializerOptions> s_strict = [];

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public static string? FaultOf(EventEnvelope parked, ReadOnlyMemory<byte> data, MessageRegistry registry)
    {
        if (data.Length > registry.PayloadSizeBytesMax)
            return $"The body has {data.Length} bytes; at most {registry.PayloadSizeBytesMax} are handled.";
        var handlers = parked.Stream == TimerIntake.TimersStream ? registry.HandledTimers : registry.Handled;
        if (!handlers.TryGetValue(parked.Type, out var handled))
            return $"This build of {registry.Service} has no handler for {parked.Type}: it cannot tell what is one.";
        try
        {
            return JsonSerializer.Deserialize(data.Span, handled.MessageType, Strict(registry.Json)) is null
                ? "The body is null."
                : null;
        }
        catch (JsonException wrong)
        {
            return $"The body is no {parked.Type}: {wrong.Message}";
        }
    }

    private static JsonSerializerOptions Strict(JsonSerializerOptions json) => s_strict.GetOrAdd(json, given =>
        new JsonSerializerOptions(given)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectRequiredConstructorParameters = true,
            RespectNullableAnnotations = true,
            AllowDuplicateProperties = false,
        });
}
