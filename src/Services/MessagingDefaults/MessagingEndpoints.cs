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

    public void Map(IEndpointRouteBuilder routes)
    {
        var messaging = routes.MapGroup("/messaging").WithTags("messaging")
            .RequireAuthorization(Policies.Operator).RequireScope(Scopes.MessagingRead);
        messaging.MapGet("/status", (ReadStatus status, CancellationToken stop) => status.ReadAsync(stop));
        messaging.MapGet("/parked", ListAsync);
        messaging.MapPost("/parked/replay", ReplayAsync).RequireScope(Scopes.MessagingWrite);
        messaging.MapPost("/parked/discard", DiscardAsync).RequireScope(Scopes.MessagingWrite);
    }

    private static async Task<Ok<ParkedPage>> ListAsync(
        string? stream, string? key, Guid? eventId, Cursor? after, int? limit,
        ParkedMessages messages, CancellationToken stop)
    {
        var size = Math.Clamp(limit ?? 100, 1, ParkedMax);
        var parked = await messages.ListAsync(
            new ParkedFilter(stream, key, eventId), after is null ? null : PlaceOf(after), size + 1, stop);
        var (items, next) = Cursor.Page(parked, size, last => Cursor.Of(
            last.Event.Stream, last.Event.Key, last.Position.ToString(CultureInfo.InvariantCulture)));
        return TypedResults.Ok(new ParkedPage([.. items.Select(ParkedView.From)], next));
    }

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
            filter => messages.ReplayAsync(filter, By(caller), stop));

    private static Task<Results<Ok<ParkedOutcome>, ProblemHttpResult>> DiscardAsync(
        ParkedRequest request, Caller caller, ParkedMessages messages, CancellationToken stop) =>
        DecideAsync(
            request, filter => messages.CountDiscardAsync(filter, stop),
            filter => messages.DiscardAsync(filter, By(caller), stop));

    private static async Task<Results<Ok<ParkedOutcome>, ProblemHttpResult>> DecideAsync(
        ParkedRequest request, Func<ParkedFilter, Task<int>> count, Func<ParkedFilter, Task<int>> act)
    {
        if (request is { Stream: null, Key: null, EventId: null, All: false })
        {
            return TypedResults.Problem(
                "Name a stream, a key or an eventId, or say \"all\": true.",
                statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        var filter = new ParkedFilter(request.Stream, request.Key, request.EventId);
        var concerned = await (request.DryRun ? count(filter) : act(filter));
        return TypedResults.Ok(new ParkedOutcome(concerned, request.DryRun));
    }

    private static string By(Caller caller) => caller.Id.ToString("D");
}
