using System.CommandLine;
using Tessera.Cli.Up;
using Tessera.Releasing;
using Tessera.Releasing.Configuration;

namespace Tessera.Cli.Releasing;

/// <summary>For who changes what can be set.</summary>
internal static class ConfigurationFileCommand
{
    public static Command Create()
    {
        var command = new Command("configuration-file", $"Make {ConfigurationPage.Path} anew.") { Hidden = true };
        command.SetAction(async (_, stop) =>
        {
            var repository = new Repository(SourceTree.Root);
            await File.WriteAllTextAsync(
                repository.PathOf(ConfigurationPage.Path), ConfigurationPage.Make(repository), stop);
            return ExitCodes.Ok;
        });
        return command;
    }
}
