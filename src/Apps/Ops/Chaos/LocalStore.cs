using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Tessera.Ops.Chaos;

/// <summary>The processes of a store on this machine that was started with <c>up --chaos</c>, and how its supervisor is
/// asked to do something to one: by a file, so that nothing but the supervisor sends signals.</summary>
internal sealed class LocalStore(IOptions<OpsOptions> options)
{
    public static readonly string[] Acts = ["stop", "start", "freeze", "thaw", "kill"];

    /// <summary>Whether there is any such thing here.</summary>
    public bool IsOpen => options.Value.Chaos is not null;

    /// <summary>Null when the supervisor does not tell.</summary>
    public IReadOnlyList<LocalProcess>? Read()
    {
        try
        {
            var state = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.Value.Chaos!))!, "supervisor.json");
            return JsonSerializer.Deserialize<State>(File.ReadAllText(state), JsonSerializerOptions.Web)?.Services;
        }
        catch (Exception none) when (none is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The gateway and the console itself cannot be brought back from here, so they are only killed: then they
    /// come back by themselves.</summary>
    public static bool Allows(LocalProcess process, string act) =>
        Acts.Contains(act) && (act == "kill" || process.Service is not ("gateway" or "ops"));

    public async Task AskAsync(string name, string act, CancellationToken stop)
    {
        var file = Path.Combine(options.Value.Chaos!, $"{Guid.CreateVersion7():N}");
        Directory.CreateDirectory(options.Value.Chaos!);
        await File.WriteAllTextAsync(
            file + ".new", JsonSerializer.Serialize(new { name, act }, JsonSerializerOptions.Web), stop);
        File.Move(file + ".new", file + ".json");
    }

    private sealed record State(IReadOnlyList<LocalProcess> Services);
}

public sealed record LocalProcess(string Name, string Service, string State, int? Pid, int Restarts, string? Why);
