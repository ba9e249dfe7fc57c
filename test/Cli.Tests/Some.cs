using Tessera.Cli.Up;

namespace Tessera.Cli.Tests;

internal static class Some
{
    public static UpSettings Settings(string data = "/nowhere") => new(
        data, 8080, "embedded", null, "sqlite", null, new Dictionary<string, int>(), [], Empty: true);

    /// <summary>All ports are free but these.</summary>
    public static PortPicker Ports(params int[] taken) =>
        new(port => taken.Contains(port) ? null : new MemoryStream());

    public static PortPicker NoPorts() => new(_ => null);

    /// <summary>Loopback ports that were free a moment ago, one after the other.</summary>
    public static int FreePorts(int count)
    {
        for (var port = Random.Shared.Next(11_000, 20_000); ; port += count)
        {
            using var held = new PortPicker();
            if (held.Pick(port) == port && Enumerable.Range(port + 1, count - 1).All(next => held.Pick(next) == next))
                return port;
        }
    }

    /// <summary>A folder of the test's own, gone with the test.</summary>
    public static TemporaryFolder Folder() => new();
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tessera-cli-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
