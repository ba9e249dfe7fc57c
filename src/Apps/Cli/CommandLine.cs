using System.CommandLine;
using System.CommandLine.Help;
using Tessera.Cli.Keeping;
using Tessera.Cli.Logs;
using Tessera.Cli.Monitoring;
using Tessera.Cli.Reconciling;
using Tessera.Cli.Releasing;
using Tessera.Cli.Retail;
using Tessera.Cli.Scaffolding;
using Tessera.Cli.Shipping;
using Tessera.Cli.Shop;
using Tessera.Cli.Testing;
using Tessera.Cli.Up;
using Tessera.Cli.Verifying;

namespace Tessera.Cli;

/// <summary>The commands, and what happens to their failures.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        Screen.DoNotWrapUnseen();
        var root = Root();
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"tessera: {error.Message}");
            await Console.Error.WriteLineAsync($"Try: tessera {Path(parsed.CommandResult.Command)}--help");
            return ExitCodes.Usage;
        }
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // `up` stops six services within this, and kills after it.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(100),
        };
        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (UserError error)
        {
            await Console.Error.WriteLineAsync($"tessera: {PlainLine.Of(error.Message)}");
            return error.ExitCode;
        }
        catch (TypeInitializationException wrapped) when (wrapped.InnerException is UserError error)
        {
            await Console.Error.WriteLineAsync($"tessera: {PlainLine.Of(error.Message)}");
            return error.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception failure) when (Environment.GetEnvironmentVariable("TESSERA_TRACE") != "1")
        {
            var line = PlainLine.Of(failure.Message.ReplaceLineEndings(" "));
            await Console.Error.WriteLineAsync(
                $"tessera: {failure.GetType().Name}: {line} (TESSERA_TRACE=1 shows where)");
            return ExitCodes.Failed;
        }
    }

    public static Command Root()
    {
        // Not a RootCommand: that takes its name from the assembly, and people type `tessera`.
        var root = new Command("tessera", "Tessera: an online store of small services. `tessera up` starts it.")
        {
            new HelpOption { Recursive = true }, new VersionOption(),
        };
        Command[] commands =
        [
            UpCommand.Create(),
            DownCommand.Create(),
            StatusCommand.Create(),
            LogsCommand.Create(),
            HoldCommands.CreateStop(),
            HoldCommands.CreateStart(),
            RestartCommand.Create(),
            ReplaceCommand.Create(),
            DashboardFileCommand.Create(),
            RetailCommands.CreateImport(),
            RetailCommands.CreateReplay(),
            VerifyCommand.Create(),
            ReconcileCommand.Create(),
            BackupCommands.CreateBackup(),
            BackupCommands.CreateRestore(),
            OrderCommand.Create(),
            ParkedCommand.Create(),
            UnlockCommand.Create(),
            LoginCommand.Create(),
            TokenCommand.Create(),
            ClientCommand.Create(),
            KeysCommand.Create(),
            MailCommand.Create(),
            NewCommand.Create(),
            ContractsCommand.Create(),
            CiCommand.Create(),
            PackagesCommand.Create(),
            AuditCommand.Create(),
            ConfigurationFileCommand.Create(),
            ImageCommand.Create(),
            SecretsCommand.Create(),
            DeployFilesCommand.Create(),
            TestCommand.Create(),
            SuperviseCommand.Create(),
        ];
        foreach (var command in commands) root.Add(command);
        return root;
    }

    private static string Path(Command command)
    {
        var names = new Stack<string>();
        for (var at = command; at is not null && at.Parents.Any(); at = at.Parents.OfType<Command>().FirstOrDefault())
            names.Push(at.Name);
        return names.Count == 0 ? "" : string.Join(' ', names) + " ";
    }
}
