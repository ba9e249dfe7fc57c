using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Tessera.ServiceDefaults;
using Tessera.Users.Pages;
using Tessera.Users.Sessions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>/connect/endsession (OpenID Connect RP-Initiated Logout). With an identity token of the one who is signed
/// in the session ends; without one the person is asked first, for anybody can make such a link.</summary>
internal static class EndSessionEndpoint
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static async Task<IResult> Handle(
        HttpContext context, AccountStore accounts, SessionStore sessions, EndTokens tokens, CancellationToken stop)
    {
        var request = context.GetOpenIddictServerRequest()
            ?? throw new InvalidOperationException("The end-session endpoint was reached around the token server.");
        if ((await context.AuthenticateAsync(AccountCookie.Scheme)).Principal is { } principal
            && AccountCookie.UserOf(principal) is { } user && AccountCookie.SessionOf(principal) is { } session)
        {
            var hint = (await context.AuthenticateAsync(Scheme)).Principal;
            if (hint?.GetClaim(Claims.Subject) != user.ToString("D")) return SeeOther.To(Ask(request));
            await accounts.Work.BeginAsync(stop);
            await sessions.TryEndAsync(user, session, stop);
            await tokens.OfSessionAsync(session, stop);
            await accounts.Work.CommitAsync(stop);
            await context.SignOutAsync(AccountCookie.Scheme);
        }
        // Back to the client if it said where to, which the token server has checked; else to the page that says so.
        return Results.SignOut(new AuthenticationProperties { RedirectUri = AccountPages.SignedOut }, [Scheme]);
    }

    private static string Ask(OpenIddictRequest request) => ReturnUrl.AddTo(
        AccountPages.SignOut,
        "/connect/endsession" + QueryString.Create(request.GetParameters()
            .Where(parameter => parameter.Key != Parameters.IdTokenHint)
            .Select(parameter => KeyValuePair.Create(parameter.Key, (string?)parameter.Value))));
}
