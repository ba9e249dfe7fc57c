using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Tessera.Cli.Shop;
using Tessera.Stories;

namespace Tessera.Cli.Up;

internal static class StatusCommand
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var data = UpOptions.Data();
        var asJson = new Option<bool>("--json") { Description = "For programs." };
        var messaging = new Option<bool>("--messaging")
        {
            Description = "Also what waits where: unsent and parked events, and each subscription's lag and readers.",
        };
        var command = new Command("status",
            "Show what runs: each service's state, address, restarts, memory and version.") { data, asJson, messaging };
        command.SetAction(async (parsed, stop) =>
        {
            var folder = new RunFolder(parsed.GetRequiredValue(data));
            var running = folder.IsSupervised ? folder.ReadState() : null;
            var told = running is not null && parsed.GetValue(messaging) ? await ReadAsync(folder, stop) : null;
            var ended = Run(folder, running, parsed.GetValue(asJson), told);
            if (told is not null && !parsed.GetValue(asJson)) MessagingTables.Show(told);
            return ended;
        });
        return command;
    }

    /// <summary>The answer to a second <c>up</c>.</summary>
    public static int SayWhatRuns(RunFolder folder)
    {
        if (folder.ReadState() is not { } state)
            throw new UserError($"Another supervisor is just starting in {folder.Data}.", ExitCodes.NotRunning);
        Console.WriteLine(
            $"Tessera runs already at {state.Shown} (process {state.Supervisor.Pid}, data in {folder.Data}).");
        AnsiConsole.Write(LiveTable.Draw(state));
        Console.WriteLine("Stop it with: tessera down");
        return ExitCodes.Ok;
    }

    private static async Task<IReadOnlyDictionary<string, Told<MessagingStatus>>> ReadAsync(
        RunFolder folder, CancellationToken stop)
    {
        using var store = Store.Open(folder.Data, null, TimeProvider.System);
        return await MessagingTables.ReadAsync(
            store, await ServicesWithMessages.OfAsync(store, named: null, stop), stop);
    }

    private static int Run(
        RunFolder folder, RunState? running, bool asJson, IReadOnlyDictionary<string, Told<MessagingStatus>>? told)
    {
        var orphans = running is null ? folder.Orphans() : [];
        if (asJson)
        {
            Console.WriteLine(ToJson(folder, running, orphans, told));
            return running is null ? ExitCodes.NotRunning : ExitCodes.Ok;
        }
        if (running is null)
        {
            Console.WriteLine(orphans.Count == 0
                ? $"Nothing runs in {folder.Data}. Start it with: tessera up"
                : "The supervisor was killed; " +
                  $"these still run: {string.Join(", ", orphans.Select(each => each.Instance))}. " +
                  "'tessera up' takes over, 'tessera down' stops them.");
            return ExitCodes.NotRunning;
        }
        Console.WriteLine($"{running.Shown}  {running.Phase} since {running.Since:yyyy-MM-dd HH:mm:ss}Z  " +
            $"broker {running.Broker}, database {running.Database}, data in {folder.Data}");
        AnsiConsole.Write(LiveTable.Draw(running));
        return ExitCodes.Ok;
    }

    internal static string ToJson(
        RunFolder folder, RunState? running, IReadOnlyList<Orphan> orphans,
        IReadOnlyDictionary<string, Told<MessagingStatus>>? told) =>
        JsonSerializer.Serialize(ToView(folder, running, orphans, told), _json);

    private static StatusView ToView(RunFolder folder, RunState? running, IReadOnlyList<Orphan> orphans,
        IReadOnlyDictionary<string, Told<MessagingStatus>>? told) => new(
        running is not null,
        running?.Phase,
        running?.Gateway,
        running?.Encrypted,
        folder.Data,
        running?.Broker,
        running?.Database,
        running?.Supervisor.Pid,
        running?.Since,
        [.. (running?.Services ?? []).Select(ToView)],
        [.. (running?.Servers ?? []).Select(ToView)],
        [.. orphans.Select(orphan => orphan.Process.Pid)],
        told?.ToDictionary(each => each.Key, each => new MessagingView(each.Value.Value, each.Value.Fault)));

    private static ServiceStatusView ToView(InstanceState service) => new(
        service.Name, service.Service, service.State, service.Address, service.Http2, service.Pid, service.Restarts,
        service.Pid is { } pid ? ProcessIdentity.MemoryOf(pid) : 0, service.Log, service.LastEnd, service.Why,
        service.Version);
}

internal sealed record StatusView(
    bool Running, string? Phase, string? Gateway,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Encrypted,
    string Data, string? Broker, string? Database, int? SupervisorPid,
    DateTimeOffset? Since, IReadOnlyList<ServiceStatusView> Services, IReadOnlyList<ServiceStatusView> Servers,
    IReadOnlyList<int> OrphanPids,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyDictionary<string, MessagingView>? Messaging);

/// <summary>What a service says of its messages, or why it does not.</summary>
internal sealed record MessagingView(MessagingStatus? Status, string? Fault);

internal sealed record ServiceStatusView(
    string Name, string Service, string State, string Address, int Http2,
    int? Pid, int Restarts, long MemoryBytes, string Log, string? LastEnd, string? Why, string? Version);
