using System.CommandLine;
using Tessera.Cli.Up;

namespace Tessera.Cli.Scaffolding;

internal static class NewCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "In the form of a type name, such as Loyalty." };
        var service = new Command("service",
            "Copy a minimal service: its own database, one event, and a route through the gateway.") { name };
        service.SetAction(parsed =>
        {
            var given = parsed.GetRequiredValue(name);
            foreach (var line in NewService.Make(SourceTree.Root, given)) Console.WriteLine(line);
            return ExitCodes.Ok;
        });
        return new Command("new", "Add something to this repository.") { service };
    }
}
