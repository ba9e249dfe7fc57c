using Tessera.Cli.Up;

namespace Tessera.Cli.Tests;

internal static class Some
{
    public static UpSettings Settings(string data = "/nowhere") => new(
        data, 8080, "embedded", null, "sqlite", null, new Dictionary<string, int>(), [], Empty: true);

    /// <summary>A folder of the test's own, gone with the test.</summary>
    public static TemporaryFolder Folder() => new();
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tessera-cli-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
