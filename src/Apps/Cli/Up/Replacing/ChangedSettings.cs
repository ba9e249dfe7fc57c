using Tessera.Releasing.Configuration;

namespace Tessera.Cli.Up;

/// <summary>Reads <c>--set KEY=VALUE</c>.</summary>
internal static class ChangedSettings
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
            key = AsWritten(key, known) ?? throw new UserError(
                $"Nothing reads '{key}'; {ConfigurationPage.Path} has every key.", ExitCodes.Usage);
            settings[key.Replace(":", "__", StringComparison.Ordinal)] =
                value is ['@', .. var file] ? ReadFile(key, file) : value;
        }
        return settings;
    }

    /// <summary>A list or a map has keys below that of its own. A process that is given one key in two spellings, as
    /// two variables, may take either of them.</summary>
    /// <returns>The key as the page has it; null when it has none such.</returns>
    private static string? AsWritten(string key, IReadOnlyList<string> all)
    {
        var steps = key.Split(':');
        return all.Select(known => known.Split(':'))
            .Where(known => IsSame(known, steps))
            .MaxBy(known => known.Length) is not { } known ? null
            : string.Join(':', steps.Select((step, at) => at < known.Length && known[at] != "N" ? known[at] : step));
    }

    private static bool IsSame(string[] known, string[] steps) =>
        (known.Contains("N") ? known.Length == steps.Length : known.Length <= steps.Length)
        && known.Zip(steps).All(pair => pair.First == "N"
            ? pair.Second.Length > 0 && pair.Second.All(char.IsAsciiDigit)
            : pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));

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
}
