using System.CommandLine;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shipping;

/// <summary>Makes the secrets of a store in containers, once: the servers remember their first passwords.</summary>
internal static class SecretsCommand
{
    private static readonly Dictionary<string, string> _places = new(StringComparer.Ordinal)
    {
        ["compose"] = "deploy/compose/secrets",
        ["kubernetes"] = "deploy/kubernetes/overlays/local/secrets",
    };

    public static Command Create()
    {
        var place = new Argument<string>("PLACE") { Description = "compose or kubernetes." };
        place.AcceptOnlyFromAmong([.. _places.Keys]);
        var to = new Option<string?>("--to")
        {
            Description = "Another folder than the one that the files below deploy/ expect.",
            HelpName = "DIR",
        };
        var command = new Command(
            "secrets", "Make the passwords of a store that runs in containers with servers of its own.") { place, to };
        command.SetAction((parsed, stop) => MakeAsync(
            parsed.GetValue(to) ?? Path.Combine(SourceTree.Root, _places[parsed.GetValue(place)!]), stop));
        return command;
    }

    private static async Task<int> MakeAsync(string folder, CancellationToken stop)
    {
        if (Directory.Exists(folder))
        {
            throw new UserError(
                $"{folder} is there already, and the servers may know its passwords. To begin anew, remove it and " +
                "what the servers keep.");
        }
        var all = ListedProcess.All();
        var files = StoreSecrets.Make(all);
        await StoreSecrets.WriteAsync(folder, files, all.Select(process => process.Name), stop);
        Console.WriteLine($"{files.Count} secrets in {folder}");
        Console.WriteLine($"operator@tessera.local signs in with {files["users/Users__OperatorPassword"]}");
        return ExitCodes.Ok;
    }
}
