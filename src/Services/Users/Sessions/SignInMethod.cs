namespace Tessera.Users.Sessions;

/// <summary>By what a person has proved who it is, as the session's cookie says.</summary>
internal static class SignInMethod
{
    public const string Password = "password";

    /// <summary>The password, and a code of the authenticator app or a recovery code.</summary>
    public const string PasswordAndCode = "password-code";

    /// <summary>A device, which has made sure by itself who holds it.</summary>
    public const string Passkey = "passkey";

    /// <summary>None: a guest is whoever began the session.</summary>
    public const string Guest = "guest";

    /// <summary>Whether knowing the password alone would not have been enough.</summary>
    public static bool HasTwoFactors(string? method) => method is PasswordAndCode or Passkey;
}
