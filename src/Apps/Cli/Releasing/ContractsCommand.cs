using System.CommandLine;
using Tessera.Cli.Up;
using Tessera.Releasing;
using Tessera.Releasing.Contracts;
using Tessera.Releasing.Schemas;

namespace Tessera.Cli.Releasing;

/// <summary><c>contracts check|update|release</c>: what services promise each other, and whether a change keeps
/// it.</summary>
internal static class ContractsCommand
{
    public static Command Create() => new("contracts", "What the services promise each other, and whether it is kept.")
    {
        One("check", "Compare what the services offer with what was approved and with every release that is retained.",
            CheckAsync),
        One("update", "Write what the services offer now to contracts/, to be looked at and committed.", UpdateAsync),
        One("release", "Keep what the services offer now as that of their versions, for later changes to be compared.",
            ReleaseAsync),
    };

    private static Command One(
        string name, string description, Func<Repository, IReadOnlyList<Releasable>, CancellationToken, Task<int>> run)
    {
        var services = new Argument<string[]>("service")
        {
            Description = "Only these services, such as orders.", Arity = ArgumentArity.ZeroOrMore,
        };
        var noBuild = new Option<bool>("--no-build")
        {
            Description = "Ask the services as they are built: read by the tessera script.",
        };
        var command = new Command(name, description) { services, noBuild };
        command.SetAction(async (parsed, stop) =>
        {
            try
            {
                var repository = new Repository(SourceTree.Root);
                return await run(repository, Wanted(repository, parsed.GetValue(services) ?? []), stop);
            }
            catch (ReleaseException fault)
            {
                throw new UserError(fault.Message);
            }
        });
        return command;
    }

    private static IReadOnlyList<Releasable> Wanted(Repository repository, string[] names)
    {
        if (names.Length == 0) return repository.WithContracts;
        return [.. names.Select(repository.Find).Where(repository.WithContracts.Contains)];
    }

    private static async Task<int> CheckAsync(
        Repository repository, IReadOnlyList<Releasable> services, CancellationToken stop)
    {
        var check = new CheckService(repository);
        List<string> faults = [.. check.SchemaFaultsOfOthers()];
        foreach (var service in services)
        {
            var described = await DescribeServices.AskAsync(repository, service, stop);
            faults.AddRange(check.Faults(service, described));
        }
        foreach (var fault in faults) await Console.Error.WriteLineAsync(fault);
        var names = services.Count == 0
            ? "no service with contracts"
            : string.Join(", ", services.Select(each => each.Name));
        Console.WriteLine(faults.Count == 0 ? $"contracts kept: {names}" : $"contracts broken: {faults.Count} faults");
        return faults.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task<int> UpdateAsync(
        Repository repository, IReadOnlyList<Releasable> services, CancellationToken stop)
    {
        var folder = new ContractFolder(repository);
        var changed = new List<string>();
        foreach (var service in services)
        {
            var described = await DescribeServices.AskAsync(repository, service, stop);
            changed.AddRange(folder.Approve(DescribeServices.ContractOf(repository, service, described)));
        }
        foreach (var line in changed) Console.WriteLine(line);
        if (changed.Count == 0) Console.WriteLine("nothing has changed");
        return ExitCodes.Ok;
    }

    private static async Task<int> ReleaseAsync(
        Repository repository, IReadOnlyList<Releasable> services, CancellationToken stop)
    {
        var folder = new ContractFolder(repository);
        foreach (var service in services)
        {
            var described = await DescribeServices.AskAsync(repository, service, stop);
            var contract = DescribeServices.ContractOf(repository, service, described);
            Console.WriteLine($"wrote {folder.Release(contract)}; commit it, and tag the commit "
                + Versions.TagOf(service, Version.Parse(contract.Version)));
        }
        if (folder.ReleaseLibrary(SchemaFile.OfLibrary()) is { } kept)
            Console.WriteLine($"wrote {kept}, the steps of the messaging library's tables; commit it too");
        return ExitCodes.Ok;
    }
}
