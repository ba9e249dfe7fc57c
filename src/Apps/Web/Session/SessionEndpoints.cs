using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Web.Pages;

namespace Tessera.Web.Session;

internal static class SessionEndpoints
{
    public static void MapSession(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sign-in", SignIn).AllowAnonymous();
        routes.MapPost("/sign-out", SignOutAsync).AllowAnonymous();
    }

    private static IResult SignIn(HttpContext context, IOptions<TesseraOptions> tessera, string? back = null)
    {
        var store = tessera.Value.PublicUri;
        back = LocalPath.Of(back);
        // Who came by another name of this machine would lose the cookie of the sign-in on the way back.
        if (!string.Equals(context.Request.Host.Value, store.Authority, StringComparison.OrdinalIgnoreCase))
            return Results.Redirect(new Uri(store, $"sign-in?back={Uri.EscapeDataString(back)}").AbsoluteUri);
        return Results.Challenge(
            new AuthenticationProperties { RedirectUri = back }, [OpenIdConnectDefaults.AuthenticationScheme]);
    }

    /// <summary>The session here ends in any case, and with Users by its page.</summary>
    private static async Task<IResult> SignOutAsync(HttpContext context, IOptions<TesseraOptions> tessera)
    {
        var identity = await context.GetTokenAsync("id_token");
        await context.SignOutAsync();
        GuestBasket.Forget(context);
        if (identity is null) return SeeOther.To("/");
        var home = Uri.EscapeDataString(tessera.Value.PublicUri.AbsoluteUri);
        return SeeOther.To(
            $"/connect/endsession?id_token_hint={Uri.EscapeDataString(identity)}&post_logout_redirect_uri={home}");
    }
}
