using System.Text.Json;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.MessagingDefaults;

/// <summary>POST /messaging/parked/replay and /discard: which messages. <paramref name="DryRun"/>
/// only counts them.</summary>
/// <param name="Cause">The reason why they were parked, in which <c>*</c> stands for any text.</param>
/// <param name="From">Parked then or later.</param>
/// <param name="To">Parked before then.</param>
/// <param name="Note">Why this is done, for the record.</param>
/// <param name="Act">A name for the decision: asked for a second time, it changes nothing and has the first answer.
/// </param>
/// <param name="Expected">How many a dry run has said. When it would be another number now, nothing is done: 409.
/// </param>
public sealed record ParkedRequest(
    string? Stream = null, string? Key = null, Guid? EventId = null, bool All = false, bool DryRun = false,
    string? Type = null, string? Cause = null, DateTimeOffset? From = null,
    DateTimeOffset? To = null, string? Note = null, Guid? Act = null,
    int? Expected = null)
{
    internal ParkedFilter Filter => new(Stream, Key, EventId, Type, Cause, From, To);
}

/// <summary>GET /messaging/parked/acts?size=50: what operators have done, the newest first.</summary>
public sealed record ParkedActs(IReadOnlyList<ParkedActDone> Items);

public sealed record ParkedOutcome(int Messages, bool DryRun);

/// <summary>GET /messaging/parked?stream=&amp;key=&amp;eventId=&amp;type=&amp;cause=&amp;from=&amp;to=&amp;after=
/// &amp;limit=100</summary>
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
    internal static JsonElement? ReadData(ReadOnlyMemory<byte> data)
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
