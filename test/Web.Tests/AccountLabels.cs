namespace Tessera.Web.Tests;

/// <summary>What the pages of Users call what somebody without an account does there.</summary>
internal sealed record AccountLabels(string Register, string Email, string Password, string Create, string SignIn)
{
    /// <param name="language">Of the page, as its <c>html</c> says.</param>
    public static AccountLabels In(string? language) => language switch
    {
        "de" => new("Konto anlegen", "E-Mail-Adresse", "Passwort", "Konto anlegen", "Anmelden"),
        "fr" => new("Créer un compte", "Adresse e-mail", "Mot de passe", "Créer le compte", "Se connecter"),
        "ja" => new("アカウントを作成", "メールアドレス", "パスワード", "アカウントを作成する", "ログイン"),
        _ => new("Create an account", "E-mail address", "Password", "Create the account", "Sign in"),
    };
}
