using System.CommandLine;
using System.Globalization;
using Tessera.Cli.Up;
using Tessera.Cli.Verifying;

namespace Tessera.Cli.Keeping;

/// <summary><c>backup</c> and <c>restore</c> (docs/backups.md says what they promise).</summary>
internal static class BackupCommands
{
    public static Command CreateBackup()
    {
        var (data, postgres) = (UpOptions.Data(), Address());
        var target = new Argument<string>("DIR") { Description = "A folder that is not there yet, or empty." };
        var command = new Command("backup",
            "Copy every service's database and the store's keys, while the store runs.") { target, data, postgres };
        command.SetAction(async (parsed, stop) =>
        {
            var folder = new RunFolder(parsed.GetRequiredValue(data));
            var where = Path.GetFullPath(parsed.GetRequiredValue(target));
            var manifest = await new TakeBackup(
                folder, new ServiceDatabases(folder, parsed.GetValue(postgres)), TimeProvider.System)
                .RunAsync(where, stop);
            foreach (var part in manifest.Parts)
            {
                var bytes = part.Files.Sum(file => file.Bytes);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{part.Name,-10} {part.At:yyyy-MM-dd HH:mm:ss}Z {bytes,14:N0} bytes"));
            }
            Console.WriteLine($"The backup is in {where}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command CreateRestore()
    {
        var (data, postgres) = (UpOptions.Data(), Address());
        var source = new Argument<string>("DIR") { Description = "What backup has written." };
        var services = new Argument<string[]>("SERVICE")
        {
            Description = "Only these services, such as orders; everything when left out.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("restore",
            "Put services, or the whole store, back to what a backup shows; what is restored is stopped meanwhile.")
        {
            source, services, data, postgres,
        };
        command.SetAction(async (parsed, stop) =>
        {
            var folder = new RunFolder(parsed.GetRequiredValue(data));
            var chosen = parsed.GetValue(services) ?? [];
            var restore = new RestoreBackup(folder, new ServiceDatabases(folder, parsed.GetValue(postgres)));
            var restored = await restore.RunAsync(
                Path.GetFullPath(parsed.GetRequiredValue(source)), chosen, stop);
            foreach (var part in restored)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{part.Name,-10} is as it was at {part.At:yyyy-MM-dd HH:mm:ss}Z"));
            }
            if (restore.ErasedAgain > 0)
            {
                Console.WriteLine(
                    $"Erased since, and erased again as soon as Users runs: {restore.ErasedAgain}");
            }
            Console.WriteLine("Services that show different moments: tessera reconcile names what does not fit.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Option<string?> Address() => new("--database-address")
    {
        Description = "The connection string that up was given, when the services keep their data in PostgreSQL.",
        HelpName = "CONNECTION",
    };
}
