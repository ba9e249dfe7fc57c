using System.Text.Json;

namespace Tessera.Cli.Up;

/// <summary>Lets a share of the users have the new version of a service for a while. One process of the service becomes
/// that version; then the others do too, or it goes back: at the end of the time, when it is not well, or fails more
/// requests than the others, and when the command is interrupted.</summary>
internal sealed class ReleaseCanary(RunFolder folder, HttpClient http, ReplaceProcess process, TimeProvider clock)
{
    private static readonly TimeSpan _inForceTimeout = TimeSpan.FromSeconds(60);

    /// <summary>One probe without an answer says that the machine is busy, not that the version is bad.</summary>
    private static readonly TimeSpan _unreadyMax = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _compareInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(200);
    private readonly Canaries _canaries = new(folder);

    public async Task RunAsync(
        IReadOnlyList<InstanceState> instances, Change change, CanaryPlan plan, CancellationToken stop)
    {
        var service = instances[0].Service;
        if (service == "gateway")
        {
            throw new UserError(
                "Gateways choose who gets a canary, and are none themselves: replace them without --canary.",
                ExitCodes.Usage);
        }
        if (instances.Count < 2)
        {
            throw new UserError(
                $"{service} has one process, and a canary needs a second: start the store with --replicas " +
                $"{service}=2.");
        }
        var canary = instances[^1];
        var before = process.Now(canary.Name);
        var isPromoted = plan.IsPromoted;
        _canaries.ForgetEnd(service);
        try
        {
            await ShareAsync(canary, 0, stop); // Nobody's before it is the new version.
            var runs = await process.RunAsync(canary, change, stop);
            // From here on each end is the new version's, also one before the first look at how it fares.
            var restarts = HoldCommands.Find(folder, canary.Name).Restarts;
            await ShareAsync(canary, plan.Percent, stop);
            Console.WriteLine(
                $"{canary.Name}{(runs is null ? "" : $" runs {runs} and")} has {plan.Percent} of 100 users of " +
                $"{service} for {plan.Duration.TotalSeconds:0} s.");
            await Console.Out.FlushAsync(stop);
            isPromoted = await WatchAsync(instances, canary, restarts, plan.Duration, stop) ?? plan.IsPromoted;
        }
        catch (Exception end) when (ReplaceProcess.IsFault(end) || end is OperationCanceledException)
        {
            var fault = await TakeBackAsync(canary, before, ReplaceProcess.IsFault(end) ? end.Message : null);
            if (ReplaceProcess.IsFault(end))
            {
                throw new UserError($"{end.Message.TrimEnd('.')}. " +
                    (fault ?? $"{service} is as it was before the canary."));
            }
            if (fault is not null) await Console.Error.WriteLineAsync(fault);
            throw;
        }
        if (!isPromoted)
        {
            if (await TakeBackAsync(canary, before) is { } fault) throw new UserError(fault);
            Console.WriteLine($"The canary of {service} is taken back: {canary.Name} runs what it ran before.");
            return;
        }
        await EndShareAsync(canary, stop);
        foreach (var instance in instances.SkipLast(1))
        {
            var runs = await process.RunAsync(instance, change, stop);
            Console.WriteLine($"{instance.Name} is replaced{(runs is null ? "" : $", and runs {runs}")}.");
        }
        Console.WriteLine($"The canary of {service} is promoted.");
    }

    /// <summary>Its users first, so that none is there when it ends. Whatever goes wrong, the rest is done all the
    /// same: a gateway that hangs must not leave the new version where it is, nor a process without users.</summary>
    /// <param name="reason">Why it is taken back, where that is a fault already told.</param>
    /// <returns>What did not go as it should; null when all is as it was before.</returns>
    private async Task<string?> TakeBackAsync(InstanceState canary, Change before, string? reason = null)
    {
        var faults = new List<string>();
        await TryAsync(() => ShareAsync(canary, 0, CancellationToken.None));
        var isHeard = faults.Count == 0;
        var now = process.Now(canary.Name);
        if (now.Program != before.Program || !now.Settings.OrderBy(each => each.Key).SequenceEqual(
            before.Settings.OrderBy(each => each.Key)))
        {
            await TryAsync(() => process.PutBackAsync(canary, before));
            if (isHeard)
                await TryAsync(() => RestartCommand.BeServedAsync(http, folder, canary, CancellationToken.None));
        }
        _canaries.Remove(canary.Service);
        if (isHeard) await TryAsync(() => InForceAsync(canary, null, CancellationToken.None));
        if (faults.Count == 0) return null;
        var said = faults.Where(fault => fault != reason).Distinct().Select(fault => " " + fault.TrimEnd('.') + ".");
        return $"Not all of the canary of {canary.Service} could be taken back; see: tessera status." +
            string.Concat(said);

        async Task TryAsync(Func<Task> step)
        {
            try
            {
                await step();
            }
            catch (Exception fault) when (ReplaceProcess.IsFault(fault))
            {
                faults.Add(fault.Message);
            }
        }
    }

    /// <returns>What somebody has asked for before the time was over: whether it is promoted.</returns>
    private async Task<bool?> WatchAsync(
        IReadOnlyList<InstanceState> instances, InstanceState canary, int restarts, TimeSpan duration,
        CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        using var answers = new CompareAnswers([.. instances.SkipLast(1)], canary);
        await answers.BeginAsync(stop);
        var (wellAt, comparedAt) = (began, began);
        bool? asked = null;
        while (clock.GetElapsedTime(began) < duration && (asked = _canaries.AskedToEnd(canary.Service)) is null)
        {
            await Task.Delay(_poll, clock, stop);
            var all = HoldCommands.StateOf(folder).Services;
            var now = all.First(each => each.Name == canary.Name);
            if (now.Restarts > restarts) throw new UserError($"{now.Name} {now.LastEnd}");
            // What keeps all of them from being ready is not the canary's fault.
            if (now.State == "ready" || !instances.Any(each =>
                each.Name != now.Name && all.First(other => other.Name == each.Name).State == "ready"))
            {
                wellAt = clock.GetTimestamp();
            }
            if (clock.GetElapsedTime(wellAt) > _unreadyMax)
            {
                throw new UserError($"{now.Name} is {now.State}{(now.Why is null ? "" : ": " + now.Why)}");
            }
            if (clock.GetElapsedTime(comparedAt) < _compareInterval) continue;
            if (await answers.FaultSoFarAsync(stop) is { } soFar) throw new UserError(soFar);
            comparedAt = clock.GetTimestamp();
        }
        return await answers.FaultAsync(stop) is { } fault ? throw new UserError(fault) : asked;
    }

    private Task ShareAsync(InstanceState canary, int percent, CancellationToken stop)
    {
        _canaries.Set(canary.Service, $"http://127.0.0.1:{canary.Http2}", percent);
        return InForceAsync(canary, percent, stop);
    }

    private Task EndShareAsync(InstanceState canary, CancellationToken stop)
    {
        _canaries.Remove(canary.Service);
        return InForceAsync(canary, null, stop);
    }

    /// <summary>Ends when each gateway has read the file.</summary>
    private async Task InForceAsync(InstanceState canary, int? percent, CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var gateways = HoldCommands.StateOf(folder).Services
                .Where(each => each is { Service: "gateway", State: "ready" or "unready" });
            var known = await Task.WhenAll(gateways.Select(gateway => ShareOfAsync(gateway, canary, stop)));
            if (Array.TrueForAll(known, share => share is { } told && told.Percent == percent)) return;
            if (clock.GetElapsedTime(began) > _inForceTimeout)
            {
                throw new UserError(
                    $"A gateway has not taken over that {canary.Name} is the canary within " +
                    $"{_inForceTimeout.TotalSeconds:0} s (log: {folder.LogOf("gateway")})");
            }
            await Task.Delay(_poll, clock, stop);
        }
    }

    private async Task<Told?> ShareOfAsync(InstanceState gateway, InstanceState canary, CancellationToken stop)
    {
        var replica = await RestartCommand.FindReplicaAsync(http, gateway, canary, stop);
        if (replica is not { } found) return null;
        return found.TryGetProperty("canaryPercent", out var share) && share.ValueKind == JsonValueKind.Number
            ? new Told(share.GetInt32())
            : new Told(null);
    }

    private sealed record Told(int? Percent);
}
