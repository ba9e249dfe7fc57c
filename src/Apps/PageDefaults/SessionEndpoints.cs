using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.PageDefaults;

public static class SessionEndpoints
{
    public static void MapSession(this IEndpointRouteBuilder routes)
    {
        // Below the root of these pages, which the group that they are mapped into stands for.
        routes.MapGet("/sign-in", SignIn).AllowAnonymous();
        routes.MapPost("/sign-out", SignOutAsync).AllowAnonymous();
    }

    private static IResult SignIn(
        HttpContext context, PagesApp app, IOptions<TesseraOptions> tessera, string? back = null)
    {
        var store = tessera.Value.PublicUri;
        back = back is null ? app.Home : LocalPath.Of(back);
        // Who came by another name of this machine would lose the cookie of the sign-in on the way back.
        if (!string.Equals(context.Request.Host.Value, store.Authority, StringComparison.OrdinalIgnoreCase))
        {
            return Results.Redirect(
                new Uri(store, $"{app.Root}/sign-in?back={Uri.EscapeDataString(back)}").AbsoluteUri);
        }
        return Results.Challenge(
            new AuthenticationProperties { RedirectUri = back }, [OpenIdConnectDefaults.AuthenticationScheme]);
    }

    /// <summary>The session here ends in any case, and with Users by its page.</summary>
    private static async Task<IResult> SignOutAsync(
        HttpContext context, PagesApp app, IOptions<TesseraOptions> tessera, TypedForms typed)
    {
        // Without its file neither the session's tokens nor the sign-in with Users could be ended, and whoever signs in
        // next at this browser would be the same person.
        if (SessionSetup.IsUnread(context)) return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        typed.Forget(context);
        var identity = await context.GetTokenAsync("id_token");
        await context.SignOutAsync();
        app.OnSignOut?.Invoke(context);
        if (identity is null) return SeeOther.To(app.Home);
        var home = Uri.EscapeDataString(new Uri(tessera.Value.PublicUri, app.Home).AbsoluteUri);
        return SeeOther.To(
            $"/connect/endsession?id_token_hint={Uri.EscapeDataString(identity)}&post_logout_redirect_uri={home}");
    }
}
