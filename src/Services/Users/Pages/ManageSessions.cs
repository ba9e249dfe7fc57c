using Tessera.ServiceDefaults;
using Tessera.Users.Sessions;

namespace Tessera.Users.Pages;

/// <summary>/account/sessions: where one is signed in, each with a button to end it.</summary>
internal static class ManageSessions
{
    public static async Task<IResult> Show(HttpContext context, SessionStore sessions, CancellationToken stop)
    {
        var own = AccountCookie.SessionOf(context.User);
        var all = await sessions.ListAsync(AccountCookie.RequiredUserOf(context.User), stop);
        return PageRules.Page<SessionsPage>(
            StatusCodes.Status200OK,
            (nameof(SessionsPage.Sessions), all.Select(session => OwnSessions.ToView(session, own)).ToList()));
    }

    public static async Task<IResult> End(Guid session, HttpContext context, EndSession end, CancellationToken stop)
    {
        await end.OneAsync(AccountCookie.RequiredUserOf(context.User), session, stop); // Gone already is as good.
        return SeeOther.To(AccountPages.Sessions);
    }

    public static async Task<IResult> EndOthers(HttpContext context, EndSession end, CancellationToken stop)
    {
        await end.OthersAsync(
            AccountCookie.RequiredUserOf(context.User), AccountCookie.SessionOf(context.User), stop);
        return SeeOther.To(AccountPages.Sessions);
    }
}
