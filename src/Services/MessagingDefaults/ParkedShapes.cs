using System.Text.Json;
using Tessera.Messaging.Store;

namespace Tessera.MessagingDefaults;

/// <summary>POST /messaging/parked/replay and /discard: which messages. <paramref name="DryRun"/>
/// only counts them.</summary>
public sealed record ParkedRequest(
    string? Stream = null, string? Key = null, Guid? EventId = null, bool All = false, bool DryRun = false);

public sealed record ParkedOutcome(int Messages, bool DryRun);

/// <summary>GET /messaging/parked?stream=&amp;key=&amp;eventId=&amp;after=&amp;limit=100</summary>
/// <param name="Next">What to give as <c>after</c> for the next page; null at the end.</param>
public sealed record ParkedPage(IReadOnlyList<ParkedView> Items, string? Next);

public sealed record ParkedView(
    string Stream,
    string Key,
    long Position,
    Guid EventId,
    string Type,
    DateTimeOffset Time,
    DateTimeOffset ParkedAt,
    int Attempts,
    string Reason,
    string? TraceParent,
    JsonElement? Data)
{
    internal static ParkedView From(ParkedMessage parked) => new(
        parked.Event.Stream, parked.Event.Key, parked.Position, parked.Event.Id, parked.Event.Type, parked.Event.Time,
        parked.ParkedAt, parked.Attempts, parked.Reason, parked.Event.TraceParent, ReadData(parked.Event.Data));

    // What is parked may be parked because it is no JSON.
    private static JsonElement? ReadData(ReadOnlyMemory<byte> data)
    {
        try
        {
            using var document = JsonDocument.Parse(data);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
