using System.Globalization;

namespace Tessera.TextDefaults;

/// <summary>Passwords are compared as RFC 8265 (OpaqueString) says: each space is a space, and letters are composed.
/// Nothing else of a password changes.</summary>
public static class PasswordText
{
    public static string Prepare(string password)
    {
        if (password.Any(IsForeignSpace))
            password = string.Concat(password.Select(letter => IsForeignSpace(letter) ? ' ' : letter));
        return ComposedText.Compose(password);
    }

    private static bool IsForeignSpace(char letter) =>
        letter != ' ' && char.GetUnicodeCategory(letter) == UnicodeCategory.SpaceSeparator;
}
