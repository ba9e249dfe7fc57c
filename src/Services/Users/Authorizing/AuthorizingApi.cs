using Tessera.Users.Pages;

namespace Tessera.Users;

/// <summary>What the token server leaves to us of its own endpoints, and the pages it sends people to.</summary>
internal static class AuthorizingApi
{
    public static void MapAuthorizing(this IEndpointRouteBuilder routes)
    {
        var connect = routes.MapGroup("/connect").AllowAnonymous().ExcludeFromDescription();
        connect.MapPost("/token", IssueToken.Handle);
        connect.MapGet("/authorize", Authorize.Handle);
        connect.MapPost("/authorize", Authorize.Handle);
        connect.MapGet("/userinfo", ReadUserInfo.Handle);
        connect.MapPost("/userinfo", ReadUserInfo.Handle);
        connect.MapGet("/endsession", EndSessionEndpoint.Handle);
        connect.MapPost("/endsession", EndSessionEndpoint.Handle);

        var pages = routes.MapPages("/account");
        pages.MapGet("/consent", Consent.Show).RequireAuthorization(AccountCookie.Policy);
        pages.MapPost("/consent", Consent.Handle).RequireAuthorization(AccountCookie.Policy);
        pages.MapGet("/device", ConfirmDevice.Handle).RequireAuthorization(AccountCookie.Policy);
        pages.MapPost("/device", ConfirmDevice.Handle).RequireAuthorization(AccountCookie.Policy);
    }
}
