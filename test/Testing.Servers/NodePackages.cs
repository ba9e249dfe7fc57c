using System.Diagnostics;

namespace Tessera.Testing.Servers;

/// <summary>Tools for Node.js that tests use, pinned by the lock file beside them and installed below
/// <c>artifacts/npm</c> once.</summary>
public static class NodePackages
{
    private static readonly SemaphoreSlim one = new(1, 1);

    /// <summary>Installs what the folder below <c>test</c> pins and copies its other files along; skips the test
    /// when there is no npm, fails it in CI.</summary>
    /// <returns>Where it is installed.</returns>
    public static async Task<string> InstallAsync(string folder)
    {
        var source = Path.Combine(Repository(), "test", folder);
        var target = Path.Combine(Repository(), "artifacts", "npm", folder.Replace('/', '-'));
        Directory.CreateDirectory(target);
        await one.WaitAsync();
        try
        {
            var before = Path.Combine(target, "installed"); // Written last: what was broken off is begun again.
            var pinned = Path.Combine(source, "package-lock.json");
            var isThere = File.Exists(before)
                && await File.ReadAllTextAsync(before) == await File.ReadAllTextAsync(pinned);
            foreach (var file in Directory.GetFiles(source))
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
            if (isThere) return target;
            var (code, output) = await RunAsync(target, "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
            if (code == 0)
            {
                File.Copy(pinned, before, overwrite: true);
                return target;
            }
            MissingServer.SkipOrFail("npm, or what it should fetch,", "Install Node.js 20.6 or newer. " + output);
            return target;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Runs a program in the folder; its code, and all it has said.</summary>
    public static async Task<(int Code, string Output)> RunAsync(
        string folder, string program, string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var inFolder = Path.Combine(folder, program);
        var start = new ProcessStartInfo(File.Exists(inFolder) ? inFolder : program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            var said = await Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, string.Concat(said));
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (127, missing.Message);
        }
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tessera.slnx"))) return folder.FullName;
        }
        throw new InvalidOperationException("The tests do not run below the repository.");
    }
}
