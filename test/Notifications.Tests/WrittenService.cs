using Tessera.Cli.Scaffolding;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Notifications.Tests;

/// <summary>A service in TypeScript that was written anew into a part of the repository, and compiled.</summary>
public sealed class WrittenService : IDisposable
{
    private readonly TemporaryFolder _root = new("new-service");
    private Task? _made;

    public string Program => Path.Combine(Folder, "dist", "main.js");

    private string Folder => _root.File("src/Services/Loyalty");

    /// <summary>Skips the test where there is no Node.</summary>
    public async Task RequireAsync()
    {
        await NotificationsBuild.RequireAsync();
        await (_made ??= MakeAsync());
    }

    /// <summary>The gateway's routes, with those of the service. The list of services is compiled into the gateway: the
    /// service stands in its model's place there, which is no part of this store.</summary>
    public string WriteRoutes(string file)
    {
        var routes = File.ReadAllText(_root.File("src/Services/Gateway/routes.json"));
        Assert.Contains("\"service\": \"loyalty\"", routes, StringComparison.Ordinal);
        File.WriteAllText(file, routes.Replace(
            "\"service\": \"loyalty\"", "\"service\": \"notifications\"", StringComparison.Ordinal));
        return file;
    }

    public async Task RunAsync(string program, params string[] arguments)
    {
        var (code, output) = await NodePackages.RunAsync(
            Folder, program, arguments, new Dictionary<string, string> { ["NO_COLOR"] = "1" });
        Assert.True(code == 0, output);
    }

    public void Dispose() => _root.Dispose();

    private async Task MakeAsync()
    {
        CopyModel();
        NewTypescriptService.Make(_root.Path, "Loyalty");
        // Says whether the lock file and the list of packages agree; nothing is fetched for that.
        await RunAsync("npm", "ci", "--dry-run", "--offline", "--ignore-scripts");
        Directory.CreateSymbolicLink(
            Path.Combine(Folder, "node_modules"), Path.Combine(NotificationsBuild.Folder, "node_modules"));
        await RunAsync("npm", "run", "build");
    }

    private void CopyModel()
    {
        var repository = Path.GetFullPath(Path.Combine(NotificationsBuild.Contracts, ".."));
        foreach (var file in new[] { "src/Services/shop.json", "src/Services/Gateway/routes.json" }
            .Concat(Directory.EnumerateFiles(NotificationsBuild.Source, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(repository, file))
                .Where(IsSource)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_root.File(file))!);
            File.Copy(Path.Combine(repository, file), _root.File(file));
        }
    }

    /// <summary>Whoever works on the service has its packages and what it was compiled to beside them.</summary>
    private static bool IsSource(string file) =>
        !file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "node_modules" or "dist");
}
