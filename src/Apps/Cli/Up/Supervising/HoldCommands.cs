using System.CommandLine;

namespace Tessera.Cli.Up;

/// <summary>Stops one service and starts it again, to see what the others do meanwhile.</summary>
internal static class HoldCommands
{
    /// <summary>What ends this often while it is waited for will not become ready by waiting.</summary>
    private const int EndsMax = 3;
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);

    public static Command CreateStop()
    {
        var (data, service) = (UpOptions.Data(), Service());
        var command =
            new Command("stop", "Stop one service and leave it stopped, while the others run on.") { service, data };
        command.SetAction((parsed, stop) => StopAsync(
            new RunFolder(parsed.GetRequiredValue(data)), parsed.GetRequiredValue(service), stop));
        return command;
    }

    public static Command CreateStart()
    {
        var (data, service) = (UpOptions.Data(), Service());
        var command = new Command("start", "Start a service again that was stopped.") { service, data };
        command.SetAction((parsed, stop) => StartAsync(
            new RunFolder(parsed.GetRequiredValue(data)), parsed.GetRequiredValue(service), stop));
        return command;
    }

    private static Argument<string> Service() => new("SERVICE") { Description = "Such as payments, or orders-2." };

    /// <summary>Ends when it is ready again.</summary>
    /// <param name="whileHeld">What is done between its end and its start.</param>
    internal static async Task RestartAsync(
        RunFolder folder, string name, CancellationToken stop, Action? whileHeld = null)
    {
        try
        {
            await HoldAsync(folder, name, stop);
            whileHeld?.Invoke();
        }
        finally
        {
            File.Delete(folder.HoldFileOf(name)); // Whatever happens, it comes back.
        }
        await BecomesReadyAsync(folder, name, stop);
    }

    internal static RunState StateOf(RunFolder folder) => (folder.IsSupervised ? folder.ReadState() : null)
        ?? throw new UserError($"Nothing runs in {folder.Data}. Start it with: tessera up", ExitCodes.NotRunning);

    internal static InstanceState Find(RunFolder folder, string name)
    {
        var services = StateOf(folder).Services;
        return services.FirstOrDefault(service => service.Name == name)
            ?? throw new UserError(
                $"There is no service '{name}'; " +
                $"there are {string.Join(", ", services.Select(service => service.Name))}.", ExitCodes.Usage);
    }

    private static async Task<int> StopAsync(RunFolder folder, string name, CancellationToken stop)
    {
        using var alone = OneReplacement.Of(folder, [Find(folder, name).Service]);
        await HoldAsync(folder, name, stop);
        Console.WriteLine($"{name} is stopped.");
        return ExitCodes.Ok;
    }

    private static async Task<int> StartAsync(RunFolder folder, string name, CancellationToken stop)
    {
        _ = ReadyTimeout.Read(); // What is wrong with it is said before anything is done.
        using var alone = OneReplacement.Of(folder, [Find(folder, name).Service]);
        File.Delete(folder.HoldFileOf(name));
        await BecomesReadyAsync(folder, name, stop);
        Console.WriteLine($"{name} is ready.");
        return ExitCodes.Ok;
    }

    internal static async Task HoldAsync(RunFolder folder, string name, CancellationToken stop)
    {
        _ = ReadyTimeout.Read(); // What is wrong with it is said before anything is done.
        var service = Find(folder, name);
        if (service.State == "absent")
            throw new UserError($"{name} is not started here: {service.Why}", ExitCodes.NotRunning);
        // The supervisor ends it: it alone knows which process it is by then, and kills one that does not end.
        await File.WriteAllTextAsync(folder.HoldFileOf(name), "", stop);
        await BecomesAsync(folder, name, "held", "did not stop", stop);
    }

    internal static Task BecomesReadyAsync(RunFolder folder, string name, CancellationToken stop) =>
        BecomesAsync(folder, name, "ready", "did not become ready", stop);

    private static async Task BecomesAsync(
        RunFolder folder, string name, string wanted, string otherwise, CancellationToken stop)
    {
        var timeout = ReadyTimeout.Read();
        var began = TimeProvider.System.GetTimestamp();
        var restarts = Find(folder, name).Restarts;
        while (true)
        {
            var service = Find(folder, name);
            if (service.State == wanted) return;
            if (service.Restarts - restarts >= EndsMax)
            {
                throw new UserError($"{name} {otherwise}: it {service.LastEnd}, {EndsMax} times in a row" +
                    $"{(service.Why is null ? "" : $": {service.Why}")} (log: {service.Log})");
            }
            if (TimeProvider.System.GetElapsedTime(began) > timeout)
            {
                throw new UserError($"{name} {otherwise} within {timeout.TotalSeconds:0} s; " +
                    $"it is {service.State} (log: {service.Log})");
            }
            await Task.Delay(_poll, stop);
        }
    }
}
