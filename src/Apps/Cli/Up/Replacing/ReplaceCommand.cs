using System.CommandLine;

namespace Tessera.Cli.Up;

/// <summary>Puts another build in the place of the one that runs: one process after the other, so that with two of a
/// service somebody always serves. A build that does not become ready makes room for the one before it.</summary>
internal static class ReplaceCommand
{
    public static Command Create()
    {
        var data = UpOptions.Data();
        var service = new Argument<string>("SERVICE")
        {
            Description = "Such as orders (all its replicas) or orders-2.",
        };
        var at = new Option<string?>("--at")
        {
            Description = "A released version, tag or commit; the build that is here when left out.",
            HelpName = "REVISION",
        };
        var command = new Command("replace",
            "Run another build of a service, one process after the other, without refusing a request where it has " +
            "two.") { service, at, data };
        command.SetAction((parsed, stop) => RunAsync(
            new RunFolder(parsed.GetRequiredValue(data)), parsed.GetRequiredValue(service), parsed.GetValue(at), stop));
        return command;
    }

    private static async Task<int> RunAsync(RunFolder folder, string which, string? revision, CancellationToken stop)
    {
        var chosen = RestartCommand.Chosen(folder, which);
        var service = chosen[0].Service;
        var program = await ProgramAsync(service, revision, stop);
        using var http = Health.NewClient();
        foreach (var instance in chosen)
        {
            RefuseToStopTheLast(folder, instance);
            await ReplaceAsync(http, folder, instance, program, stop);
            var runs = HoldCommands.Find(folder, instance.Name).Version;
            Console.WriteLine($"{instance.Name} is replaced{(runs is null ? "" : $", and runs {runs}")}.");
        }
        return ExitCodes.Ok;
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

    /// <summary>Where a service has several processes, another must be able to serve meanwhile.</summary>
    private static void RefuseToStopTheLast(RunFolder folder, InstanceState instance)
    {
        var others = HoldCommands.StateOf(folder).Services
            .Where(each => each.Service == instance.Service && each.Name != instance.Name).ToList();
        if (others.Count == 0 || others.Exists(each => each.State == "ready")) return;
        throw new UserError(
            $"{instance.Name} is not replaced: none of the others is ready ({others[0].Name} is {others[0].State}), " +
            "and nobody would serve meanwhile.");
    }

    private static async Task ReplaceAsync(
        HttpClient http, RunFolder folder, InstanceState instance, string program, CancellationToken stop)
    {
        var before = folder.ReadProgramOf(instance.Name);
        try
        {
            await HoldCommands.RestartAsync(
                folder, instance.Name, stop, () => folder.WriteProgramOf(instance.Name, program));
            await RestartCommand.BeServedAsync(http, folder, instance, stop);
        }
        catch (UserError failed)
        {
            await HoldCommands.RestartAsync(
                folder, instance.Name, stop, () => folder.WriteProgramOf(instance.Name, before));
            throw new UserError($"{failed.Message}. {instance.Name} runs again what it ran before.");
        }
    }
}
