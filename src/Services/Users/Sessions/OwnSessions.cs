using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users.Sessions;

/// <summary>GET /users/me/sessions, DELETE /users/me/sessions/{session}</summary>
internal static class OwnSessions
{
    public static async Task<Results<Ok<SessionsView>, ProblemHttpResult>> List(
        Caller caller, SessionStore sessions, HttpContext context, CancellationToken stop)
    {
        if (RefusedTo(caller) is { } refused) return refused;
        var own = OfToken(context);
        var all = await sessions.ListAsync(caller.Id, stop);
        return TypedResults.Ok(new SessionsView([.. all.Select(session => ToView(session, own))]));
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> End(
        Guid session, Caller caller, EndSession end, CancellationToken stop)
    {
        if (RefusedTo(caller) is { } refused) return refused;
        return await end.OneAsync(caller.Id, session, stop)
            ? TypedResults.NoContent()
            : TypedResults.Problem("You have no such session.", statusCode: StatusCodes.Status404NotFound);
    }

    /// <summary>The session that the token was issued on, if it was on one.</summary>
    public static Guid? OfToken(HttpContext context) =>
        Guid.TryParse(context.User.FindFirst("sid")?.Value, out var session) ? session : null;

    /// <summary>Who acts for a user has no business with how the user signs in.</summary>
    public static ProblemHttpResult? RefusedTo(Caller caller) => caller.Actor is null ? null : TypedResults.Problem(
        "Only the user may do this, not who acts for the user.", statusCode: StatusCodes.Status403Forbidden);

    public static SessionView ToView(Session session, Guid? own) => new(
        session.Id, session.BegunAt, session.EndsAt, session.Browser, session.Network, session.Id == own);
}
