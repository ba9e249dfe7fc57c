using Tessera.Testing.Servers;

namespace Tessera.Notifications.Tests;

/// <summary>The program, installed and compiled once for all tests of this process.</summary>
internal static class NotificationsBuild
{
    private static readonly Lazy<Task<(int Code, string Output)>> built = new(() => NodePackages.RunAsync(
        Source, "node", ["build.mjs", Folder]));

    /// <summary>Where it is built.</summary>
    public static string Folder => Path.Combine(Repository, "artifacts", "notifications");

    public static string Contracts => Path.Combine(Repository, "contracts");

    public static string Source => Path.Combine(Repository, "src", "Services", "Notifications");

    private static string Repository
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Tessera.slnx"))) return folder.FullName;
            }
            throw new InvalidOperationException("The tests do not run below the repository.");
        }
    }

    /// <summary>The file to start; skips the test where there is no Node, fails it in CI.</summary>
    public static async Task<string> RequireAsync()
    {
        var (found, _) = await NodePackages.RunAsync(Source, "node", ["--version"]);
        if (found == 127) MissingServer.SkipOrFail("Node.js", "Install version 20.6 or newer, with npm.");
        var (code, output) = await built.Value;
        if (code != 0) throw new InvalidOperationException($"Notifications was not built ({code}):\n{output}");
        return Path.Combine(Folder, "dist", "main.js");
    }
}
