namespace Tessera.Cli.Up;

/// <summary>Does something while processes of the running store are stopped, and starts them again whatever comes of
/// it. Ends when the gateways send them requests again; no other command starts or ends one of them until then.
/// </summary>
internal static class WhileHeld
{
    public static async Task RunAsync(
        RunFolder folder, Func<InstanceState, bool> which, Func<Task> work, CancellationToken stop)
    {
        using var alone = OneReplacement.Of(
            folder, HoldCommands.StateOf(folder).Services.Where(which).Select(process => process.Service).Distinct());
        // Who was stopped by somebody stays so, and who is not started here need not be.
        var meant = HoldCommands.StateOf(folder).Services
            .Where(process => process.State is not ("held" or "absent") && which(process)).ToList();
        var chosen = meant.Where(process => process.State != "building").ToList();
        try
        {
            // What is still being built is not waited for, but may not begin meanwhile.
            foreach (var process in meant.Except(chosen))
                await File.WriteAllTextAsync(folder.HoldFileOf(process.Name), "", stop);
            // Gateways first, so that nobody's request is cut off by a service that ended before them.
            foreach (var same in chosen.GroupBy(process => process.Service == "gateway").OrderBy(same => !same.Key))
                await Task.WhenAll(same.Select(process => HoldCommands.HoldAsync(folder, process.Name, stop)));
            await work();
        }
        finally
        {
            foreach (var process in meant) File.Delete(folder.HoldFileOf(process.Name));
        }
        await Task.WhenAll(chosen.Select(process => HoldCommands.BecomesReadyAsync(folder, process.Name, stop)));
        using var http = Health.NewClient();
        foreach (var process in chosen) await RestartCommand.BeServedAsync(http, folder, process, stop);
    }
}
