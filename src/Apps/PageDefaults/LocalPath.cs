namespace Tessera.PageDefaults;

/// <summary>Where to go back to: a path of this store, or its first page.</summary>
public static class LocalPath
{
    public static string Of(string? path) =>
        path is ['/', ..] && (path.Length == 1 || path[1] is not ('/' or '\\'))
        && !path.Any(letter => char.IsControl(letter) || letter == '\\')
            ? path
            : "/";
}
