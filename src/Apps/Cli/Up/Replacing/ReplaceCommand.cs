using System.CommandLine;
using Tessera.Cli.Servers;

namespace Tessera.Cli.Up;

/// <summary>Puts another build, or other settings, in the place of what runs: one process after the other, so that with
/// two of a service somebody always serves. What does not become ready makes room for what was before it.</summary>
internal static class ReplaceCommand
{
    public static Command Create()
    {
        var data = UpOptions.Data();
        var service = new Argument<string?>("SERVICE")
        {
            Description = "Such as orders (all its replicas) or orders-2; everything when left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var at = new Option<string?>("--at")
        {
            Description = "A released version, tag or commit; the build that is here when left out.",
            HelpName = "REVISION",
        };
        var set = new Option<string[]>("--set")
        {
            Description = "Another setting, such as Orders:PaymentTimeout=00:01:00; @FILE stands for what is in a " +
                "file. The build stays, unless --at names one.",
            HelpName = "KEY=VALUE",
        };
        var password = new Option<bool>("--new-password")
        {
            Description = "Give the service another password of its database, where up has started PostgreSQL.",
        };
        var canary = new CanaryOptions();
        var command = new Command("replace",
            "Run another build or other settings of a service, one process after the other, without refusing a " +
            "request where it has two.") { service, at, set, password, data };
        canary.AddTo(command);
        command.SetAction((parsed, stop) =>
        {
            var folder = new RunFolder(parsed.GetRequiredValue(data));
            return canary.ReadEnd(parsed) is { } isPromoted
                ? Task.FromResult(EndCanary(folder, parsed.GetValue(service), isPromoted))
                : RunAsync(
                    folder, parsed.GetValue(service), parsed.GetValue(at),
                    ChangedSettings.Parse(parsed.GetValue(set) ?? []), parsed.GetValue(password),
                    canary.Read(parsed), stop);
        });
        return command;
    }

    private static int EndCanary(RunFolder folder, string? service, bool isPromoted)
    {
        _ = HoldCommands.StateOf(folder);
        if (service is null || !new Canaries(folder).AskToEnd(service, isPromoted))
            throw new UserError($"There is no canary of {service ?? "any service"} to end.", ExitCodes.Usage);
        Console.WriteLine($"The canary of {service} is {(isPromoted ? "promoted" : "taken back")} now.");
        return ExitCodes.Ok;
    }

    private static async Task<int> RunAsync(
        RunFolder folder, string? which, string? revision, IReadOnlyDictionary<string, string> settings,
        bool newPassword, CanaryPlan? canary, CancellationToken stop)
    {
        var keepsBuild = newPassword || (settings.Count > 0 && revision is null);
        IReadOnlyList<InstanceState> chosen = RestartCommand.Chosen(folder, which);
        if (!keepsBuild) chosen = WithBuilds(chosen, which);
        using var alone = OneReplacement.Of(folder, chosen.Select(each => each.Service).Distinct());
        using var http = Health.NewClient();
        var process = new ReplaceProcess(folder, http);
        if (newPassword)
        {
            if (canary is not null || revision is not null || settings.Count > 0 || which != chosen[0].Service)
                throw new UserError("--new-password is for all processes of one service, and alone.", ExitCodes.Usage);
            await new ChangeDatabasePassword(folder, process, PostgresHere.AddressOf(folder)).RunAsync(chosen, stop);
            return ExitCodes.Ok;
        }
        var changes = new Dictionary<string, Change>(StringComparer.Ordinal);
        foreach (var service in chosen.Select(each => each.Service).Distinct())
        {
            changes[service] = keepsBuild
                ? Change.OfSettings(settings)
                : Change.OfProgram(await ProgramAsync(service, revision, stop)) with { Settings = settings };
        }
        if (canary is not null)
        {
            if (which != chosen[0].Service)
                throw new UserError("--canary is for one service as a whole, such as orders.", ExitCodes.Usage);
            await new ReleaseCanary(folder, http, process, TimeProvider.System).RunAsync(
                chosen, changes[which], canary, stop);
            return ExitCodes.Ok;
        }
        foreach (var instance in chosen)
        {
            var runs = await process.RunAsync(instance, changes[instance.Service], stop);
            Console.WriteLine($"{instance.Name} is replaced{(runs is null ? "" : $", and runs {runs}")}.");
        }
        foreach (var service in changes.Keys.Where(name => which is null || which == name))
            new Canaries(folder).Remove(service); // Of a command that was killed.
        return ExitCodes.Ok;
    }

    /// <summary>A service in another language is built when the store starts, and has no build beside that.</summary>
    internal static IReadOnlyList<InstanceState> WithBuilds(IReadOnlyList<InstanceState> chosen, string? which)
    {
        var foreign = SourceTree.Foreign().Select(each => each.Name).ToHashSet(StringComparer.Ordinal);
        var own = chosen.Where(each => !foreign.Contains(each.Service)).ToList();
        return own.Count > 0
            ? own
            : throw new UserError(
                $"{which} is built when the store starts, and has no other build to put in its place; --set gives it " +
                "other settings.", ExitCodes.Usage);
    }

    private static async Task<string> ProgramAsync(string service, string? revision, CancellationToken stop)
    {
        var project = SourceTree.Services().First(
            each => each.Equals(service, StringComparison.OrdinalIgnoreCase));
        if (revision is not null)
            return await new EarlierBuilds(SourceTree.Root).ProvideAsync(project, revision, stop);
        var program = SourceTree.BinaryOf(project);
        return File.Exists(program)
            ? program
            : throw new UserError($"{program} is missing: the build did not make it.");
    }
}
