using Tessera.Users.Pages.Parts;
using Tessera.Users.Sessions;

namespace Tessera.Users.Pages;

/// <summary>The pages at <c>/account</c>, for people with a browser. They need no script.</summary>
internal static class AccountPages
{
    public const string Overview = "/account";
    public const string SignIn = "/account/sign-in";
    public const string Register = "/account/register";
    public const string SignOut = "/account/sign-out";
    public const string SignedOut = "/account/signed-out";

    public static void AddAccountPages(this WebApplicationBuilder builder)
    {
        builder.AddAccountCookie();
        builder.Services.AddRazorComponents();
        builder.Services.AddScoped<SessionStore>();
        builder.Services.AddSingleton<StartSession>();
    }

    public static void MapAccountPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(StyleSheet.Path, StyleSheet.Handle).AllowAnonymous().ExcludeFromDescription();

        var pages = routes.MapPages("/account");
        pages.MapGet("/sign-in", Pages.SignIn.Show).AllowAnonymous();
        pages.MapPost("/sign-in", Pages.SignIn.Handle).AllowAnonymous();
        pages.MapGet("/register", Pages.Register.Show).AllowAnonymous();
        pages.MapPost("/register", Pages.Register.Handle).AllowAnonymous();
        pages.MapGet("/signed-out", Pages.SignOut.ShowDone).AllowAnonymous();
        // A sign-out is no harm to who is not signed in.
        pages.MapGet("/sign-out", Pages.SignOut.Show).AllowAnonymous();
        pages.MapPost("/sign-out", Pages.SignOut.Handle).AllowAnonymous();

        pages.MapGet("/", ShowAccount.Handle).RequireAuthorization(AccountCookie.Policy);
    }
}
