using Tessera.Users.Exporting;
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
    public const string Sessions = "/account/sessions";
    public const string OtherSessions = "/account/sessions/end-others";
    public const string Registered = "/account/registered";
    public const string Confirm = "/account/confirm";
    public const string Reset = "/account/reset";
    public const string ResetAsked = "/account/reset-asked";
    public const string NewPassword = "/account/new-password";
    public const string Password = "/account/password";
    public const string Export = "/account/export";

    public static void AddAccountPages(this WebApplicationBuilder builder)
    {
        builder.AddAccountCookie();
        builder.Services.AddRazorComponents();
        builder.Services.AddScoped<SessionStore>();
        builder.Services.AddSingleton<StartSession>();
        builder.Services.AddScoped<EndSession>();
    }

    public static void MapAccountPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(StyleSheet.Path, StyleSheet.Handle).AllowAnonymous().ExcludeFromDescription();

        var pages = routes.MapPages("/account");
        pages.MapGet("/sign-in", Pages.SignIn.Show).AllowAnonymous();
        pages.MapPost("/sign-in", Pages.SignIn.Handle).AllowAnonymous();
        pages.MapGet("/register", Pages.Register.Show).AllowAnonymous();
        pages.MapPost("/register", Pages.Register.Handle).AllowAnonymous();
        pages.MapGet("/registered", Pages.Register.ShowDone).AllowAnonymous();
        pages.MapGet("/confirm", ConfirmEmail.Show).AllowAnonymous();
        pages.MapPost("/confirm", ConfirmEmail.Handle).AllowAnonymous();
        pages.MapGet("/reset", ResetForm.Show).AllowAnonymous();
        pages.MapPost("/reset", ResetForm.Ask).AllowAnonymous();
        pages.MapGet("/reset-asked", ResetForm.ShowAsked).AllowAnonymous();
        pages.MapGet("/new-password", ResetForm.ShowNew).AllowAnonymous();
        pages.MapPost("/new-password", ResetForm.SetNew).AllowAnonymous();
        pages.MapGet("/signed-out", Pages.SignOut.ShowDone).AllowAnonymous();
        // A sign-out is no harm to who is not signed in.
        pages.MapGet("/sign-out", Pages.SignOut.Show).AllowAnonymous();
        pages.MapPost("/sign-out", Pages.SignOut.Handle).AllowAnonymous();

        var own = pages.MapGroup("/").RequireAuthorization(AccountCookie.Policy);
        own.MapGet("/", ShowAccount.Handle);
        own.MapGet("/export", ExportData.Download);
        own.MapGet("/sessions", ManageSessions.Show);
        own.MapPost("/sessions/{session:guid}/end", ManageSessions.End);
        own.MapPost("/sessions/end-others", ManageSessions.EndOthers);
        own.MapGet("/password", ChangePasswordForm.Show);
        own.MapPost("/password", ChangePasswordForm.Handle);
    }
}
