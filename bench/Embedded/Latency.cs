using System.Diagnostics;
using Tessera.Messaging.Transport;

namespace Tessera.Embedded;

/// <summary>Two processes, idle but for one message at a time that goes there and back.</summary>
internal static class Latency
{
    private const int Rounds = 200;

    public static async Task<int> RunAsync(string folder)
    {
        await using var node = Node.Create(folder);
        var transport = await node.StartAsync("there", "back");
        using var child = Node.Spawn("echo", folder);
        await child.StandardOutput.ReadLineAsync();
        var arrived = new SemaphoreSlim(0);
        await using var reading = await transport.SubscribeAsync(
            new Subscription("back", 4, "reader"),
            (_, _) =>
            {
                arrived.Release();
                return Task.FromResult(DeliveryOutcome.Settle);
            }, CancellationToken.None);
        var (trips, sends) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            await Task.Delay(Random.Shared.Next(20, 60));
            var clock = Stopwatch.StartNew();
            await transport.SendAsync([Message("there", round % 4)], CancellationToken.None);
            sends.Add(clock.Elapsed.TotalMilliseconds);
            await arrived.WaitAsync();
            trips.Add(clock.Elapsed.TotalMilliseconds);
        }
        await child.StandardInput.WriteLineAsync();
        await child.WaitForExitAsync();
        Console.WriteLine($"durable send:                   p50 {At(sends, 0.5):n1} ms, p99 {At(sends, 0.99):n1} ms");
        Console.WriteLine(
            $"send to handler, other process: p50 {At(trips, 0.5) / 2:n1} ms, " +
            $"p99 {At(trips, 0.99) / 2:n1} ms (half a round trip)");
        return 0;
    }

    public static async Task<int> EchoAsync(string folder)
    {
        await using var node = Node.Create(folder);
        var transport = await node.StartAsync("there", "back");
        await using var reading = await transport.SubscribeAsync(
            new Subscription("there", 4, "reader"),
            async (delivery, _) =>
            {
                await transport.SendAsync([Message("back", delivery.Messages[0].Partition)], CancellationToken.None);
                return DeliveryOutcome.Settle;
            }, CancellationToken.None);
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        return 0;
    }

    private static WireMessage Message(string stream, int partition) =>
        new(stream, partition, null, null, "application/json", [], new byte[300]);

    private static double At(List<double> values, double part) => values.Order().ElementAt((int)(values.Count * part));
}
