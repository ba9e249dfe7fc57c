using Microsoft.AspNetCore.Authentication;
using Tessera.Users.Sessions;

namespace Tessera.Users.Pages;

/// <summary>/account/sign-out asks with a button: a link from elsewhere signs nobody out.</summary>
internal static class SignOut
{
    public static IResult Show() => PageRules.Page<SignOutPage>();

    public static IResult ShowDone() => PageRules.Page<SignedOutPage>();

    public static async Task<IResult> Handle(
        HttpContext context, AccountStore accounts, SessionStore sessions, CancellationToken stop)
    {
        if (AccountCookie.SessionOf(context.User) is { } session && AccountCookie.UserOf(context.User) is { } user)
        {
            await accounts.Work.BeginAsync(stop);
            await sessions.TryEndAsync(user, session, stop);
            await accounts.Work.CommitAsync(stop);
        }
        await context.SignOutAsync(AccountCookie.Scheme);
        return new SeeOther(AccountPages.SignedOut);
    }
}
