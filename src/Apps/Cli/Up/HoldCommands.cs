using System.CommandLine;

namespace Tessera.Cli.Up;

/// <summary>Stops one service and starts it again, to see what the others do meanwhile.</summary>
internal static class HoldCommands
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(30);
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

    private static async Task<int> StopAsync(RunFolder folder, string name, CancellationToken stop)
    {
        var service = Find(folder, name);
        await File.WriteAllTextAsync(folder.HoldFileOf(name), "", stop);
        if (service.Pid is { } pid) Posix.Terminate(pid);
        return await BecomesAsync(folder, name, "held", "did not stop", stop);
    }

    private static async Task<int> StartAsync(RunFolder folder, string name, CancellationToken stop)
    {
        _ = Find(folder, name);
        File.Delete(folder.HoldFileOf(name));
        return await BecomesAsync(folder, name, "ready", "did not become ready", stop);
    }

    private static InstanceState Find(RunFolder folder, string name)
    {
        var state = folder.IsSupervised ? folder.ReadState() : null;
        if (state is null)
        {
            throw new UserError($"Nothing runs in {folder.Data}. Start it with: tessera up", ExitCodes.NotRunning);
        }
        return state.Services.FirstOrDefault(service => service.Name == name)
            ?? throw new UserError(
                $"There is no service '{name}'; " +
                $"there are {string.Join(", ", state.Services.Select(service => service.Name))}.", ExitCodes.Usage);
    }

    private static async Task<int> BecomesAsync(
        RunFolder folder, string name, string wanted, string otherwise, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var service = Find(folder, name);
            if (service.State == wanted) break;
            if (TimeProvider.System.GetElapsedTime(began) > _timeout)
            {
                throw new UserError($"{name} {otherwise} within {_timeout.TotalSeconds:0} s; " +
                    $"it is {service.State} (log: {service.Log})");
            }
            await Task.Delay(_poll, stop);
        }
        Console.WriteLine($"{name} is {(wanted == "held" ? "stopped" : wanted)}.");
        return ExitCodes.Ok;
    }
}
