using Tessera.Testing;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>
/// A base image of Debian and the .NET runtime of this machine, in place of Microsoft's, which may be out of reach. The
/// Debian below it takes a minute and stays for later runs in the user's cache, as other servers of the tests do.
/// </summary>
internal static class BaseImage
{
    private const string Release = "bookworm";
    private const string Packages = "libicu72,ca-certificates,libssl3";

    /// <summary>What a program of .NET does not read.</summary>
    private static readonly string[] left =
        ["var/cache/apt", "var/lib/apt", "usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info"];

    private static string Cache => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "tessera", $"debian-{Release}.tar");

    /// <summary>Makes the image and pushes it.</summary>
    /// <returns>Its name.</returns>
    public static async Task<string> MakeAsync(Podman podman, string registry)
    {
        if (!File.Exists(Cache)) await BootstrapAsync();
        var folder = ScratchFolder.Create("base");
        try
        {
            await Tool.RunAsync("tar", ["-C", folder, "-xf", Cache]);
            await AddRuntimeAsync(folder);
            var archive = folder + ".tar";
            await Tool.RunAsync("tar", ["-C", folder, "-cf", archive, "."]);
            var name = $"{registry}/base:10";
            await podman.RunAsync("import", "--change", "ENV=PATH=/usr/bin:/bin", archive, name);
            File.Delete(archive);
            await podman.RunAsync("push", "-q", "--tls-verify=false", name);
            return name;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task BootstrapAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Cache)!);
        var folder = ScratchFolder.Create("debian");
        try
        {
            await Tool.RunAsync("debootstrap", ["--variant=minbase", $"--include={Packages}", Release, folder]);
            var draft = $"{Cache}.{Environment.ProcessId}";
            await Tool.RunAsync(
                "tar", ["-C", folder, "--exclude=./dev/*", .. left.Select(each => $"--exclude=./{each}/*"),
                    "-cf", draft, "."]);
            File.Move(draft, Cache, overwrite: true); // As a whole: half of it would be no Debian.
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task AddRuntimeAsync(string folder)
    {
        // …/dotnet/shared/Microsoft.NETCore.App/10.0.x/
        var shared = Directory.GetParent(Path.GetDirectoryName(typeof(object).Assembly.Location)!)!.Parent!;
        var home = shared.Parent!.FullName;
        var target = Path.Combine(folder, "usr/share/dotnet");
        Directory.CreateDirectory(Path.Combine(target, "host"));
        Directory.CreateDirectory(Path.Combine(target, "shared"));
        await Tool.RunAsync("cp", ["-a", Path.Combine(home, "dotnet"), target]);
        await Tool.RunAsync("cp", ["-a", Path.Combine(home, "host", "fxr"), Path.Combine(target, "host")]);
        foreach (var framework in new[] { "Microsoft.NETCore.App", "Microsoft.AspNetCore.App" })
        {
            await Tool.RunAsync(
                "cp", ["-a", Path.Combine(shared.FullName, framework), Path.Combine(target, "shared")]);
        }
        File.CreateSymbolicLink(Path.Combine(folder, "usr/bin/dotnet"), "/usr/share/dotnet/dotnet");
    }
}
