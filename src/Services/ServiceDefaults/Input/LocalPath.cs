using System.Text;

namespace Tessera.ServiceDefaults;

/// <summary>Where to go after a page is done with: a path of this store, never another host.</summary>
/// <remarks>It goes into a header, so letters beyond ASCII are percent-encoded, and its length has a bound: the
/// gateway ends the connection, with all other requests on it, over which it is sent more header than it takes.
/// </remarks>
public static class LocalPath
{
    /// <summary>In letters, once encoded: an authorization request with all its parameters fits well.</summary>
    public const int LengthMax = 4096;

    /// <summary>The path, or the store's first page where it is none.</summary>
    public static string Of(string? path) => Checked(path) ?? "/";

    /// <summary>The path, or null where it is none.</summary>
    public static string? Checked(string? path)
    {
        if (path is not ['/', ..] || path is ['/', '/' or '\\', ..] || path.Length > LengthMax
            || path.Contains('\\', StringComparison.Ordinal)
            || PlainText.FaultOf(path) is not null || PlainText.FaultOf(Uri.UnescapeDataString(path)) is not null
            || path.IndexOfAny('\t', '\n', '\r') >= 0)
        {
            return null;
        }
        if (Ascii.IsValid(path)) return path;
        var encoded = new StringBuilder(path.Length);
        foreach (var rune in path.EnumerateRunes()) // A lone surrogate comes as U+FFFD.
        {
            if (rune.IsAscii) encoded.Append((char)rune.Value);
            else encoded.Append(Uri.EscapeDataString(rune.ToString()));
        }
        return encoded.Length <= LengthMax ? encoded.ToString() : null;
    }
}
