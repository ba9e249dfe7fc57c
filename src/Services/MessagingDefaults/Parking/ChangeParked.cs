using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging;
using Tessera.ServiceDefaults;

namespace Tessera.MessagingDefaults;

/// <summary>POST /messaging/parked/change: has a parked message handled with another body, as a new event in its
/// place. GET /messaging/parked/changes/{id}: what was changed, by the id of either of the two.</summary>
internal static class ChangeParked
{
    private const int NoteLengthMax = 500;

    public static async Task<Results<Ok<ParkedChanged>, ProblemHttpResult>> Handle(
        ParkedChangeRequest request, Caller caller, ParkedMessages messages, CancellationToken stop)
    {
        if (string.IsNullOrWhiteSpace(request.Note) || request.Note.Length > NoteLengthMax)
        {
            return Refused($"Say why in 'note', in at most {NoteLengthMax} characters: it is kept with both bodies.");
        }
        if (request.Data.ValueKind == JsonValueKind.Undefined) return Refused("'data' is missing: the new body.");
        var body = Encoding.UTF8.GetBytes(request.Data.GetRawText());
        var result = await messages.ChangeAsync(
            request.EventId, body, caller.Id.ToString("D"), request.Note.Trim(), stop, request.Act);
        return result switch
        {
            ParkedChangeResult.Changed changed => TypedResults.Ok(new ParkedChanged(changed.EventId)),
            ParkedChangeResult.Refused refused => Refused(refused.Why),
            _ => TypedResults.Problem(
                $"No message {request.EventId} is parked here, or not any more: somebody else may have acted on it.",
                statusCode: StatusCodes.Status404NotFound),
        };
    }

    public static async Task<Results<Ok<ParkedChangeView>, ProblemHttpResult>> Read(
        Guid id, ParkedCauses record, CancellationToken stop) =>
        await record.FindChangeAsync(id, stop) is { } found
            ? TypedResults.Ok(new ParkedChangeView(
                found.At, found.By, found.Note, found.Stream, found.Key, found.Type, found.Reason, found.EventId,
                found.ChangedTo, ParkedView.ReadData(found.Before), ParkedView.ReadData(found.After)))
            : TypedResults.Problem(
                $"Nobody has changed a message {id} here.", statusCode: StatusCodes.Status404NotFound);

    private static ProblemHttpResult Refused(string why) =>
        TypedResults.Problem(why, statusCode: StatusCodes.Status422UnprocessableEntity);
}

/// <summary>POST /messaging/parked/change</summary>
/// <param name="Data">The new body: JSON of the message's type, without members that the type does not have.</param>
/// <param name="Note">Why, for the record.</param>
/// <param name="Act">A name for the decision: asked for a second time, it changes nothing and has the first answer.
/// </param>
public sealed record ParkedChangeRequest(Guid EventId, JsonElement Data, string Note, Guid? Act = null);

/// <param name="EventId">Of the new event. The message that it stands for is parked no more.</param>
public sealed record ParkedChanged(Guid EventId);

/// <summary>GET /messaging/parked/changes/{id}</summary>
/// <param name="Before">The body as it was; null where that is no JSON.</param>
public sealed record ParkedChangeView(
    DateTimeOffset At, string By, string? Note, string Stream, string Key, string Type, string Reason, Guid EventId,
    Guid ChangedTo, JsonElement? Before, JsonElement? After);
