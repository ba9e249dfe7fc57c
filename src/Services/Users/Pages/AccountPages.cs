using Tessera.Users.Applications;
using Tessera.Users.Exporting;
using Tessera.Users.Guests;
using Tessera.Users.Pages.Parts;
using Tessera.Users.Passkeys;
using Tessera.Users.SecondFactor;
using Tessera.Users.Sessions;
using Tessera.Users.Texts;

namespace Tessera.Users.Pages;

/// <summary>The pages at <c>/account</c>, for people with a browser. They need no script.</summary>
internal static class AccountPages
{
    public const string Overview = "/account";
    public const string SignIn = "/account/sign-in";
    public const string Register = "/account/register";
    public const string Guest = "/account/guest";
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
    public const string SignInCode = "/account/sign-in/code";
    public const string SignInPasskey = "/account/sign-in/passkey";
    public const string Passkeys = "/account/passkeys";
    public const string RemovePasskey = "/account/passkeys/remove";
    public const string SecondFactor = "/account/second-factor";
    public const string RemoveSecondFactor = "/account/second-factor/remove";
    public const string Applications = "/account/applications";
    public const string WithdrawAccess = "/account/applications/withdraw";
    public const string Export = "/account/export";
    public const string Language = "/account/language";

    public static void AddAccountPages(this WebApplicationBuilder builder)
    {
        builder.AddAccountCookie();
        builder.Services.AddRazorComponents();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped(
            provider => Words.Of(provider.GetRequiredService<IHttpContextAccessor>().HttpContext!.Request));
        builder.Services.AddScoped<SessionStore>();
        builder.Services.AddSingleton<StartSession>();
        builder.Services.AddScoped<EndSession>();
        builder.Services.AddSingleton<PasskeyOrigin>();
        builder.Services.AddScoped<PasskeyStore>();
        builder.Services.AddScoped<Ceremonies>();
        builder.Services.AddScoped<SecondFactorStore>();
        builder.Services.AddScoped<SecondFactors>();
        builder.Services.AddScoped<NeedSecondFactor>();
        builder.Services.AddSingleton<SecondFactorTicket>();
        builder.Services.AddSingleton<ConsentTicket>();
        builder.Services.AddScoped<AllowedApplications>();
    }

    public static void MapAccountPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(StyleSheet.Path, StyleSheet.Handle).AllowAnonymous().ExcludeFromDescription();

        var pages = routes.MapPages("/account");
        pages.MapGet("/sign-in", Pages.SignIn.Show).AllowAnonymous();
        pages.MapPost("/sign-in", Pages.SignIn.Handle).AllowAnonymous();
        pages.MapPost("/sign-in/code", EnterCode.Handle).AllowAnonymous();
        pages.MapPost("/sign-in/passkey", SignInByPasskey.Handle).AllowAnonymous();
        pages.MapGet("/register", Pages.Register.Show).AllowAnonymous();
        pages.MapPost("/register", Pages.Register.Handle).AllowAnonymous();
        pages.MapGet("/guest", ContinueAsGuest.Show).AllowAnonymous();
        pages.MapPost("/guest", ContinueAsGuest.Handle).AllowAnonymous();
        pages.MapGet("/registered", Pages.Register.ShowDone).AllowAnonymous();
        pages.MapGet("/confirm", ConfirmEmail.Show).AllowAnonymous();
        pages.MapPost("/confirm", ConfirmEmail.Handle).AllowAnonymous();
        pages.MapGet("/reset", ResetForm.Show).AllowAnonymous();
        pages.MapPost("/reset", ResetForm.Ask).AllowAnonymous();
        pages.MapGet("/reset-asked", ResetForm.ShowAsked).AllowAnonymous();
        pages.MapGet("/new-password", ResetForm.ShowNew).AllowAnonymous();
        pages.MapPost("/new-password", ResetForm.SetNew).AllowAnonymous();
        pages.MapPost("/language", SetLanguage.Handle).AllowAnonymous();
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
        own.MapGet("/applications", ManageApplications.Show);
        own.MapPost("/applications/withdraw", ManageApplications.Withdraw);

        var ways = own.MapGroup("/").AddEndpointFilter(ContinueAsGuest.RefuseGuestsAsync);
        ways.MapGet("/passkeys", ManagePasskeys.Show);
        ways.MapPost("/passkeys", ManagePasskeys.Add);
        ways.MapPost("/passkeys/remove", ManagePasskeys.Remove);
        ways.MapGet("/second-factor", ManageSecondFactor.Show);
        ways.MapPost("/second-factor", ManageSecondFactor.Add);
        ways.MapPost("/second-factor/remove", ManageSecondFactor.Remove);
        ways.MapGet("/password", ChangePasswordForm.Show);
        ways.MapPost("/password", ChangePasswordForm.Handle);
    }
}
