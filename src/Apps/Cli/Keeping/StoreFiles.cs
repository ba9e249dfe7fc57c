namespace Tessera.Cli.Keeping;

/// <summary>What belongs to the store as a whole: keys, clients' secrets, the operator, what the pages keep. Not logs,
/// reports, mails that were written, what runs, and the servers' own folders.</summary>
internal static class StoreFiles
{
    private static readonly string[] _folders = ["keys", "clients", "gateway", "web", "ops"];
    private static readonly string[] _files = ["operator.json", "sample-products-are-in"];

    /// <summary>The simulated payment provider's books stand for a world that goes back with nobody.</summary>
    public static readonly string Provider = Path.Combine("payments", "provider.db");

    /// <summary>Below the data folder.</summary>
    public static IEnumerable<string> In(string data)
    {
        foreach (var file in _files.Where(file => File.Exists(Path.Combine(data, file)))) yield return file;
        foreach (var folder in _folders.Select(name => Path.Combine(data, name)).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                var path = Path.GetRelativePath(data, file);
                // Made anew at each start, for servers that the store starts.
                if (!path.StartsWith(Path.Combine("keys", "databases"), StringComparison.Ordinal)) yield return path;
            }
        }
    }
}
