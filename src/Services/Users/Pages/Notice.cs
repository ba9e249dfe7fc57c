namespace Tessera.Users.Pages;

/// <summary>What the page before has done, told by the page after. A name in the address, so that nobody can have us
/// say words of their own.</summary>
internal static class Notice
{
    public const string PasswordChanged = "password";
    public const string PasswordReset = "reset";
    public const string Confirmed = "confirmed";
    public const string PasskeyAdded = "passkey-added";
    public const string PasskeyRemoved = "passkey-removed";
    public const string SecondFactorRemoved = "app-removed";

    private const string Parameter = "done";

    public static string After(string page, string notice) => $"{page}?{Parameter}={notice}";

    public static string? Of(HttpContext context) => context.Request.Query[Parameter].ToString() switch
    {
        PasswordChanged => "Your password is changed. You are signed out everywhere but here.",
        PasswordReset => "Your new password is set. Sign in with it.",
        Confirmed => "Thank you, your e-mail address is confirmed.",
        PasskeyAdded => "The passkey is added. You can sign in with it.",
        PasskeyRemoved => "The passkey is removed here. Remove it from the device, too.",
        SecondFactorRemoved => "The app is removed. You sign in by your password alone.",
        _ => null,
    };
}
