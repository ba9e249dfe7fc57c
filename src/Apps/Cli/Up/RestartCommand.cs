using System.CommandLine;
using System.Text.Json;

namespace Tessera.Cli.Up;

/// <summary>Ends processes and starts them again, one after the other, so that with two of a service somebody always
/// serves: each is waited for until the gateways send it requests.</summary>
internal static class RestartCommand
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);

    public static Command Create()
    {
        var data = UpOptions.Data();
        var service = new Argument<string?>("SERVICE")
        {
            Description = "Such as orders (all its replicas) or orders-2; everything when left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("restart",
            "Restart one service or all of them, one process after the other, without refusing a request where a " +
            "service has two.") { service, data };
        command.SetAction((parsed, stop) => RunAsync(
            new RunFolder(parsed.GetRequiredValue(data)), parsed.GetValue(service), stop));
        return command;
    }

    private static async Task<int> RunAsync(RunFolder folder, string? which, CancellationToken stop)
    {
        var chosen = Chosen(folder, which);
        using var alone = OneReplacement.Of(folder, chosen.Select(each => each.Service).Distinct());
        using var http = Health.NewClient();
        foreach (var instance in chosen)
        {
            await HoldCommands.RestartAsync(folder, instance.Name, stop);
            await BeServedAsync(http, folder, instance, stop);
            Console.WriteLine($"{instance.Name} is restarted.");
        }
        return ExitCodes.Ok;
    }

    internal static List<InstanceState> Chosen(RunFolder folder, string? which)
    {
        var all = HoldCommands.StateOf(folder).Services;
        var chosen = all
            .Where(each => which is null ? each.State is not ("absent" or "building") : IsMeant(each, which)).ToList();
        if (chosen.Count == 0) _ = HoldCommands.Find(folder, which!); // Says which there are.
        if (chosen.Find(each => each.State == "held") is { } held)
            throw new UserError($"{held.Name} is stopped. Start it with: tessera start {held.Name}");
        return chosen;
    }

    private static bool IsMeant(InstanceState each, string which) => each.Name == which || each.Service == which;

    /// <summary>Ends when every gateway sends it requests; a gateway is found by its clients themselves.</summary>
    internal static async Task BeServedAsync(
        HttpClient http, RunFolder folder, InstanceState instance, CancellationToken stop)
    {
        // Nor does a gateway tell of a service that the store is whole without.
        if (instance.Service == "gateway" || SourceTree.Foreign().Any(each => each.Name == instance.Service)) return;
        var timeout = ReadyTimeout.Read();
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            // A gateway that is stopped sends nobody anything.
            var gateways = HoldCommands.StateOf(folder).Services
                .Where(each => each is { Service: "gateway", State: "ready" or "unready" });
            var known = await Task.WhenAll(gateways.Select(gateway => IsServedAsync(http, gateway, instance, stop)));
            if (Array.TrueForAll(known, isKnown => isKnown)) return;
            if (TimeProvider.System.GetElapsedTime(began) > timeout)
            {
                throw new UserError($"{instance.Name} is ready, and a gateway has not taken it back within " +
                    $"{timeout.TotalSeconds:0} s (log: {folder.LogOf("gateway")})");
            }
            await Task.Delay(_poll, stop);
        }
    }

    private static async Task<bool> IsServedAsync(
        HttpClient http, InstanceState gateway, InstanceState instance, CancellationToken stop) =>
        await FindReplicaAsync(http, gateway, instance, stop) is { } replica
            && replica.GetProperty("isServed").GetBoolean();

    /// <summary>What the gateway says of the process in its health; null when it says nothing.</summary>
    internal static async Task<JsonElement?> FindReplicaAsync(
        HttpClient http, InstanceState gateway, InstanceState instance, CancellationToken stop)
    {
        var name = instance.Name == instance.Service ? instance.Service + "-1" : instance.Name;
        var port = SharedAddress.IsPossible ? gateway.Http2 : gateway.Http1;
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health"), stop);
            using var health = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop));
            if (!health.RootElement.TryGetProperty("services", out var replicas)) return null;
            foreach (var replica in replicas.EnumerateArray())
            {
                if (replica.GetProperty("replica").GetString() == name) return replica.Clone();
            }
            return null;
        }
        catch (Exception unknown) when (unknown is HttpRequestException or JsonException
            || (unknown is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return null;
        }
    }
}
