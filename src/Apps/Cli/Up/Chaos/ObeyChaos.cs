using System.Text.Json;

namespace Tessera.Cli.Up;

/// <summary><c>up --chaos</c>: does to a service's process what the console asks for by a file in <c>run/chaos</c>.
/// The supervisor does it, for it alone knows which process is the service's just now.</summary>
internal static class ObeyChaos
{
    private const int RequestBytesMax = 1_000;
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(
        RunFolder folder, Func<IReadOnlyList<InstanceState>> services, TimeProvider clock, CancellationToken stop)
    {
        Directory.CreateDirectory(folder.Chaos);
        // What somebody asked of a run before this one is none of this one's.
        foreach (var old in Directory.EnumerateFiles(folder.Chaos)) File.Delete(old);
        var frozen = new HashSet<int>();
        try
        {
            while (true)
            {
                ObeyAll(folder, services(), frozen);
                await Task.Delay(_poll, clock, stop);
            }
        }
        finally
        {
            foreach (var pid in frozen) Posix.Thaw(pid); // Or it would not hear that it is to end.
        }
    }

    /// <summary>What cannot be read or written just now, on a full disk for example, is tried again with the next look:
    /// the buttons would do nothing from then on, and nobody would know why.</summary>
    internal static void ObeyAll(RunFolder folder, IReadOnlyList<InstanceState> services, HashSet<int> frozen)
    {
        try
        {
            foreach (var file in Directory.EnumerateFiles(folder.Chaos, "*.json").Order(StringComparer.Ordinal))
                Obey(file, folder, services, frozen);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // As said above.
        }
    }

    internal static void Obey(
        string file, RunFolder folder, IReadOnlyList<InstanceState> services, HashSet<int> frozen)
    {
        var request = Read(file);
        File.Delete(file);
        if (services.FirstOrDefault(service => service.Name == request?.Name) is not { } service) return;
        switch (request!.Act)
        {
            case "stop":
                // Its supervision ends it then, once: a second signal would cut off what is under way in Node.js.
                File.WriteAllText(folder.HoldFileOf(service.Name), "");
                Signal(Posix.Thaw);
                break;
            case "start":
                File.Delete(folder.HoldFileOf(service.Name));
                break;
            case "freeze":
                Signal(Posix.Freeze);
                if (service.Pid is { } pid) frozen.Add(pid);
                break;
            case "thaw":
                Signal(Posix.Thaw);
                break;
            case "kill":
                Signal(Posix.KillNow);
                break;
        }

        void Signal(Action<int> send)
        {
            if (service.Pid is { } pid) send(pid);
        }
    }

    private static ChaosRequest? Read(string file)
    {
        try
        {
            return new FileInfo(file).Length > RequestBytesMax
                ? null
                : JsonSerializer.Deserialize<ChaosRequest>(File.ReadAllText(file), JsonSerializerOptions.Web);
        }
        catch (Exception none) when (none is IOException or JsonException)
        {
            return null;
        }
    }

    private sealed record ChaosRequest(string Name, string Act);
}
