using System.CommandLine;
using Tessera.Cli.Up;

namespace Tessera.Cli.Shipping;

/// <summary>For who changes the list of processes, or what their files have in common.</summary>
internal static class DeployFilesCommand
{
    public static Command Create()
    {
        var command = new Command("deploy-files", "Make the files of each process below deploy/ anew.");
        command.SetAction(async (_, stop) =>
        {
            var files = DeployFiles.Make(ListedProcess.All());
            foreach (var (path, text) in files)
            {
                var file = Path.Combine(SourceTree.Root, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await File.WriteAllTextAsync(file, text, stop);
            }
            Console.WriteLine($"{files.Count} files below deploy/");
            return ExitCodes.Ok;
        });
        return command;
    }
}
