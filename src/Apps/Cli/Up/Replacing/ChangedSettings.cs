using System.Text.RegularExpressions;
using Tessera.Releasing.Configuration;

namespace Tessera.Cli.Up;

/// <summary>Reads <c>--set KEY=VALUE</c>.</summary>
internal static partial class ChangedSettings
{
    /// <returns>By the names of environment variables.</returns>
    /// <exception cref="UserError">One is no such text, nothing reads its key, or its file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> Parse(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0) return new Dictionary<string, string>();
        var known = ConfigurationPage.Keys(File.ReadAllText(Path.Combine(SourceTree.Root, ConfigurationPage.Path)));
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (text.Split('=', 2) is not [{ Length: > 0 } name, var value])
            {
                throw new UserError(
                    $"--set takes KEY=VALUE, such as Orders:PaymentTimeout=00:01:00, not '{text}'.", ExitCodes.Usage);
            }
            var key = name.Replace("__", ":", StringComparison.Ordinal);
            // A key that is misspelt would change nothing, and nobody would be told.
            if (!IsKnown(key, known))
                throw new UserError($"Nothing reads '{key}'; {ConfigurationPage.Path} has every key.", ExitCodes.Usage);
            settings[key.Replace(":", "__", StringComparison.Ordinal)] =
                value is ['@', .. var file] ? ReadFile(key, file) : value;
        }
        return settings;
    }

    /// <summary>A list or a map has keys below that of its own.</summary>
    private static bool IsKnown(string key, IReadOnlyList<string> all)
    {
        var numbered = Number().Replace(key, ":N");
        return all.Any(known => numbered.Equals(known, StringComparison.OrdinalIgnoreCase)
            || key.StartsWith(known + ":", StringComparison.OrdinalIgnoreCase));
    }

    private static string ReadFile(string key, string file)
    {
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"The value of {key} cannot be read: {unreadable.Message}", ExitCodes.Usage);
        }
    }

    [GeneratedRegex(@":[0-9]+(?=:|\z)")]
    private static partial Regex Number();
}
