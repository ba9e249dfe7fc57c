using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.MessagingDefaults;

/// <summary><c>/messaging/…</c> of every service, for operators: how far it is, what is parked,
/// replay and discard.</summary>
internal sealed class MessagingEndpoints : IDefaultEndpoints
{
    private const int ParkedMax = 1_000;
    private const int ActsMax = 200;
    private const int NoteLengthMax = 500;

    public void Map(IEndpointRouteBuilder routes)
    {
        var messaging = routes.MapGroup("/messaging").WithTags("messaging")
            .RequireAuthorization(Policies.Operator).RequireScope(Scopes.MessagingRead);
        messaging.MapGet("/status", (ReadStatus status, CancellationToken stop) => status.ReadAsync(stop));
        messaging.MapGet("/keys/{key}", ReadKeyAsync);
        messaging.MapGet("/parked", ListAsync);
        messaging.MapGet("/parked/causes", (ParkedCauses causes, CancellationToken stop) => causes.GroupAsync(stop));
        messaging.MapGet("/parked/acts", ListActsAsync);
        messaging.MapPost("/parked/replay", ReplayAsync).RequireScope(Scopes.MessagingWrite);
        messaging.MapPost("/parked/discard", DiscardAsync).RequireScope(Scopes.MessagingWrite);
        messaging.MapPost("/parked/change", ChangeParked.Handle).RequireScope(Scopes.MessagingWrite);
        messaging.MapGet("/parked/changes/{id:guid}", ChangeParked.Read);
    }

    private static async Task<Ok<ParkedPage>> ListAsync(
        string? stream, string? key, Guid? eventId, string? type, string? cause,
        DateTimeOffset? from, DateTimeOffset? to, Cursor? after, int? limit,
        ParkedMessages messages, CancellationToken stop)
    {
        var size = Math.Clamp(limit ?? 100, 1, ParkedMax);
        var parked = await messages.ListAsync(
            new ParkedFilter(stream, key, eventId, type, cause, from, to), after is null ? null : PlaceOf(after),
            size + 1, stop);
        var (items, next) = Cursor.Page(parked, size, last => Cursor.Of(
            last.Event.Stream, last.Event.Key, last.Position.ToString(CultureInfo.InvariantCulture)));
        return TypedResults.Ok(new ParkedPage([.. items.Select(ParkedView.From)], next));
    }

    /// <summary>A key of which nothing waits is told as that, not as missing: no service knows all keys there are.
    /// </summary>
    private static async Task<Ok<KeyWaiting>> ReadKeyAsync(
        string key, WaitingOfKey waiting, CancellationToken stop) =>
        TypedResults.Ok(await waiting.ReadAsync(key, stop));

    private static async Task<Ok<ParkedActs>> ListActsAsync(
        int? size, ParkedCauses causes, CancellationToken stop) =>
        TypedResults.Ok(new ParkedActs(await causes.ListActsAsync(Math.Clamp(size ?? 50, 1, ActsMax), stop)));

    private static ParkedPlace PlaceOf(Cursor cursor)
    {
        var parts = cursor.Parts(3);
        return long.TryParse(parts[2], CultureInfo.InvariantCulture, out var position)
            ? new ParkedPlace(parts[0], parts[1], position)
            : throw Cursor.Foreign();
    }

    private static Task<Results<Ok<ParkedOutcome>, ProblemHttpResult>> ReplayAsync(
        ParkedRequest request, Caller caller, ParkedMessages messages, CancellationToken stop) =>
        DecideAsync(
            request, filter => messages.CountReplayAsync(filter, stop),
            filter => messages.ReplayAsync(filter, By(caller), stop, NoteOf(request), request.Act, request.Expected));

    private static Task<Results<Ok<ParkedOutcome>, ProblemHttpResult>> DiscardAsync(
        ParkedRequest request, Caller caller, ParkedMessages messages, CancellationToken stop) =>
        DecideAsync(
            request, filter => messages.CountDiscardAsync(filter, stop),
            filter => messages.DiscardAsync(filter, By(caller), stop, NoteOf(request), request.Act, request.Expected));

    private static async Task<Results<Ok<ParkedOutcome>, ProblemHttpResult>> DecideAsync(
        ParkedRequest request, Func<ParkedFilter, Task<int>> count, Func<ParkedFilter, Task<int>> act)
    {
        if (request.Note?.Length > NoteLengthMax)
        {
            return TypedResults.Problem(
                $"'note' has {request.Note.Length} characters; at most {NoteLengthMax} are kept.",
                statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        var filter = request.Filter;
        if (filter == new ParkedFilter() && !request.All)
        {
            return TypedResults.Problem(
                "Name a stream, a key, an eventId, a type, a cause or a time, or say \"all\": true.",
                statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        if (request.DryRun) return TypedResults.Ok(new ParkedOutcome(await count(filter), true));
        try
        {
            return TypedResults.Ok(new ParkedOutcome(await act(filter), false));
        }
        catch (ParkedCountException other)
        {
            return TypedResults.Problem(other.Message, statusCode: StatusCodes.Status409Conflict);
        }
    }

    private static string? NoteOf(ParkedRequest request) =>
        string.IsNullOrWhiteSpace(request.Note) ? null : request.Note.Trim();

    private static string By(Caller caller) => caller.Id.ToString("D");
}
