using System.CommandLine;
using Tessera.Cli.Up;

namespace Tessera.Cli.Scaffolding;

internal static class NewCommand
{
    private const string CSharp = "csharp";
    private const string TypeScript = "typescript";

    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "In the form of a type name, such as Loyalty." };
        var language = new Option<string>("--language")
        {
            Description = "What it is written in.", DefaultValueFactory = _ => CSharp,
        };
        language.AcceptOnlyFromAmong(CSharp, TypeScript);
        var service = new Command("service",
            "Copy a minimal service: its own database, one event, and a route through the gateway.") { name, language };
        service.SetAction(parsed =>
        {
            var given = parsed.GetRequiredValue(name);
            var done = parsed.GetValue(language) == TypeScript
                ? NewTypescriptService.Make(SourceTree.Root, given)
                : NewService.Make(SourceTree.Root, given);
            foreach (var line in done) Console.WriteLine(line);
            return ExitCodes.Ok;
        });
        return new Command("new", "Add something to this repository.") { service };
    }
}
