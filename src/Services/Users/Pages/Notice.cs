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
    public const string AccessWithdrawn = "access-withdrawn";

    private const string Parameter = "done";

    public static string After(string page, string notice) => $"{page}?{Parameter}={notice}";

    /// <summary>The key of what is said.</summary>
    public static string? Of(HttpContext context) => context.Request.Query[Parameter].ToString() switch
    {
        (PasswordChanged or PasswordReset or Confirmed or PasskeyAdded or PasskeyRemoved or SecondFactorRemoved
            or AccessWithdrawn) and var done => "done." + done,
        _ => null,
    };
}
