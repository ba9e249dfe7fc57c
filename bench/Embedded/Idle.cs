using System.Diagnostics;
using Tessera.Messaging.Transport;

namespace Tessera.Embedded;

/// <summary>What six processes cost that wait for messages.</summary>
internal static class Idle
{
    private const int Processes = 6;

    public static async Task<int> RunAsync(string folder)
    {
        var children = Enumerable.Range(0, Processes)
            .Select(number => Node.Spawn("rest", folder, "service-" + number)).ToList();
        foreach (var child in children) await child.StandardOutput.ReadLineAsync();
        await Task.Delay(TimeSpan.FromSeconds(5));
        var (clock, before) = (Stopwatch.StartNew(), Cpu(children));
        await Task.Delay(TimeSpan.FromSeconds(10));
        var used = Cpu(children) - before;
        Console.WriteLine(
            $"{Processes} idle processes of three subscriptions each: {used / clock.Elapsed:p2} of one core, " +
            $"{children.Sum(child => child.WorkingSet64) / 1048576} MB");
        foreach (var child in children)
        {
            await child.StandardInput.WriteLineAsync();
            await child.WaitForExitAsync();
        }
        return 0;
    }

    public static async Task<int> RestAsync(string folder, string name)
    {
        await using var node = Node.Create(folder);
        var transport = await node.StartAsync("one", "two", "three");
        string[] streams = ["one", "two", "three"];
        foreach (var stream in streams)
        {
            await transport.StartAsync(new Topology([], [new Subscription(stream, 4, name)]), CancellationToken.None);
            await transport.SubscribeAsync(
                new Subscription(stream, 4, name),
                (_, _) => Task.FromResult(DeliveryOutcome.Settle), CancellationToken.None);
        }
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        return 0;
    }

    private static TimeSpan Cpu(List<Process> children)
    {
        var sum = TimeSpan.Zero;
        foreach (var child in children)
        {
            child.Refresh();
            sum += child.TotalProcessorTime;
        }
        return sum;
    }
}
