using System.CommandLine;
using System.Text.Json;
using Tessera.Cli.Shipping;
using Tessera.Cli.Testing;
using Tessera.Cli.Up;
using Tessera.Releasing;
using Tessera.Releasing.Benches;
using Tessera.Releasing.Contracts;
using Tessera.Releasing.Pipelines;

namespace Tessera.Cli.Releasing;

/// <summary><c>ci SERVICE</c>: what the service's pipeline runs, here.</summary>
internal static class CiCommand
{
    /// <summary>By how much a benchmark's ratio may be worse than the last time: runs differ by a tenth.</summary>
    private const double WorseMax = 0.25;

    public static Command Create()
    {
        var service = new Argument<string?>("service")
        {
            Description = "Such as orders.", Arity = ArgumentArity.ZeroOrOne,
        };
        var step = new Option<string?>("--step") { Description = "Only this step.", HelpName = "NAME" };
        step.AcceptOnlyFromAmong([.. Step.Names]);
        var released = new Option<string?>("--released")
        {
            Description = "Check that the tag, the version and the released contract are one.", HelpName = "TAG",
        };
        var publish = new Option<string?>("--publish")
        {
            Description = "Push the image as HOST/PATH with the version as its tag, and say its digest.",
            HelpName = "IMAGE",
        };
        var changed = new Option<bool>("--changed")
        {
            Description = "Say which services a change since --since concerns, as JSON, and run nothing.",
        };
        var since = new Option<string>("--since")
        {
            Description = "What --changed compares with.", HelpName = "REVISION", DefaultValueFactory = _ => "HEAD",
        };
        var compare = new Option<string[]>("--compare-benches")
        {
            Description = "Compare two results of a benchmark (JSON lines), the earlier one first; fails when a " +
                "ratio to the bare contender is a quarter worse.",
            HelpName = "FILE FILE", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true,
        };
        var write = new Option<bool>("--write") { Description = "Write .github/workflows anew." };
        var command = new Command("ci",
            "Run what a service's pipeline runs: restore, build, tests, contracts, audit, image.")
        {
            service, step, released, publish, changed, since, compare, write,
        };
        command.SetAction(async (parsed, stop) =>
        {
            try
            {
                var repository = new Repository(SourceTree.Root);
                if (parsed.GetValue(write)) return await WriteAsync(repository, stop);
                if (parsed.GetValue(changed)) return await SayChangedAsync(repository, parsed.GetValue(since)!, stop);
                if (parsed.GetValue(compare) is [var before, var after]) return CompareResults(before, after);
                var name = parsed.GetValue(service) ?? throw new UserError(
                    "ci takes a service, such as: tessera ci orders", ExitCodes.Usage);
                if (ListedProcess.All().FirstOrDefault(each => each.IsForeign && each.Name == name) is { } foreign)
                    return await RunForeignAsync(foreign, parsed.GetValue(released), parsed.GetValue(publish), stop);
                var wanted = repository.Find(name);
                if (parsed.GetValue(released) is { } tag) return CheckReleased(repository, wanted, tag);
                if (parsed.GetValue(publish) is { } image)
                    return await PublishImage.RunAsync(repository, wanted, image, stop);
                var steps = Step.Of(repository, wanted)
                    .Where(each => parsed.GetValue(step) is not { } only || each.Name == only);
                return await RunAsync(steps, stop) ? ExitCodes.Ok : ExitCodes.Failed;
            }
            catch (ReleaseException fault)
            {
                throw new UserError(fault.Message);
            }
        });
        return command;
    }

    /// <summary>A service in another language: what its pipeline has of this command.</summary>
    private static Task<int> RunForeignAsync(
        ListedProcess foreign, string? released, string? publish, CancellationToken stop)
    {
        if (publish is not null) return PublishImage.RunAsync(foreign, publish, stop);
        if (released is null)
        {
            throw new UserError(
                $"What tests {foreign.Name} are the tools of its language, as .github/workflows/{foreign.Name}.yml has "
                + "them; ci takes --released or --publish with it.", ExitCodes.Usage);
        }
        var tag = $"{foreign.Name}/v{foreign.Version}";
        if (released != tag)
            throw new UserError($"The tag is {released}, and {foreign.Folder}/package.json says {foreign.Version}.");
        Console.WriteLine($"{tag} is what {foreign.Name} says of itself");
        return Task.FromResult(ExitCodes.Ok);
    }

    private static Task<bool> RunAsync(IEnumerable<Step> steps, CancellationToken stop) =>
        new RunSteps(SourceTree.Root, Console.Out).RunAsync(steps, stop);

    private static async Task<int> WriteAsync(Repository repository, CancellationToken stop)
    {
        var folder = Directory.CreateDirectory(repository.PathOf(".github", "workflows")).FullName;
        var files = Workflows.Make(repository);
        foreach (var (name, text) in files) await File.WriteAllTextAsync(Path.Combine(folder, name), text, stop);
        Console.WriteLine($"wrote {files.Count} workflows");
        return ExitCodes.Ok;
    }

    private static int CompareResults(string before, string after)
    {
        try
        {
            var ratios = CompareBenches.Compare(File.ReadAllText(before), File.ReadAllText(after), WorseMax);
            foreach (var ratio in ratios) Console.WriteLine(ratio);
            return ratios.Any(ratio => ratio.IsWorse) ? ExitCodes.Failed : ExitCodes.Ok;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"A result cannot be read: {unreadable.Message}", ExitCodes.Usage);
        }
    }

    private static async Task<int> SayChangedAsync(Repository repository, string since, CancellationToken stop)
    {
        var files = await new ChangedProjects(SourceTree.Root).FilesSinceAsync(since, stop);
        Console.WriteLine(JsonSerializer.Serialize(Filter.Touched(repository, files).Select(each => each.Name)));
        return ExitCodes.Ok;
    }

    private static int CheckReleased(Repository repository, Releasable service, string tag)
    {
        var version = Versions.Read(repository, service);
        if (tag != Versions.TagOf(service, version))
            throw new UserError($"The tag is {tag}, and {Versions.FileOf(service)} says {version}.");
        var hasContracts = repository.WithContracts.Contains(service);
        if (hasContracts && new ContractFolder(repository).Newest(service.Name)?.Version != version.ToString())
        {
            throw new UserError(
                $"contracts/{service.Name}/released has no {version}: tessera contracts release {service.Name}, and "
                + "tag that commit.");
        }
        Console.WriteLine($"{tag} is what {service.Name} says of itself");
        return ExitCodes.Ok;
    }
}
