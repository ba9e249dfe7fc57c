using System.Diagnostics;
using Tessera.Messaging.Transport;

namespace Tessera.Embedded;

/// <summary>Messages appended durably and read by one process, by how many a send carries.</summary>
internal static class Throughput
{
    public static async Task<int> RunAsync(string folder)
    {
        foreach (var (batch, size) in new[] { (1, 300), (16, 300), (100, 300), (4, 16 * 1024) })
        {
            await using var node = Node.Create(
                Directory.CreateDirectory(Path.Combine(folder, $"{batch}-{size}")).FullName);
            var stream = $"stream-{batch}-{size}";
            var transport = await node.StartAsync(stream);
            var (sent, read) = (0L, 0L);
            await using var reading = await transport.SubscribeAsync(
                new Subscription(stream, 4, "reader"),
                (delivery, _) =>
                {
                    Interlocked.Add(ref read, delivery.Messages.Count);
                    return Task.FromResult(DeliveryOutcome.Settle);
                }, CancellationToken.None);
            var body = new byte[size];
            var (clock, cpu) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(async partition =>
            {
                var messages = Enumerable.Range(0, batch)
                    .Select(_ => new WireMessage(
                        stream, partition, null, null, "application/cloudevents-batch+json", [], body)).ToList();
                while (clock.Elapsed < TimeSpan.FromSeconds(4))
                {
                    await transport.SendAsync(messages, CancellationToken.None);
                    Interlocked.Add(ref sent, batch);
                }
            }));
            while (Interlocked.Read(ref read) < sent) await Task.Delay(1);
            var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            Console.WriteLine(
                $"{batch,4} messages of {size,6} bytes a send, 4 senders: {read / clock.Elapsed.TotalSeconds,9:n0} " +
                $"messages/s {used.TotalMicroseconds / read,7:n1} CPU-µs each, {Environment.WorkingSet / 1048576} MB");
        }
        return 0;
    }
}
