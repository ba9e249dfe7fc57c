using System.Globalization;
using System.Text;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka.Tests;

internal static class Eventually
{
    public static async Task HoldsAsync(string what, Func<bool> holds, TimeSpan? bound = null)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!holds())
        {
            if (clock.Elapsed > (bound ?? TimeSpan.FromSeconds(20))) throw new TimeoutException($"Not in time: {what}");
            await Task.Delay(10);
        }
    }
}

internal static class Some
{
    private static int s_number;

    public static string Name(string prefix) => $"{prefix}-{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}";

    public static WireMessage Message(string stream, int partition, string text, string? key = null)
    {
        var id = Guid.CreateVersion7().ToString("D");
        return new WireMessage(
            stream, partition, key ?? "key-" + partition, id, "application/json",
            [
                new("specversion", "1.0"), new("id", id), new("source", "/tessera/" + stream),
                new("type", stream + ".counted.v1"), new("partitionkey", key ?? "key-" + partition),
            ],
            Encoding.UTF8.GetBytes(text));
    }

    public static List<WireMessage> Messages(string stream, int partition, int count, int first = 0) =>
        [.. Enumerable.Range(first, count).Select(number =>
            Message(stream, partition, number.ToString(CultureInfo.InvariantCulture)))];

    public static string Text(this WireMessage message) => Encoding.UTF8.GetString(message.Body.Span);

    public static int Number(this WireMessage message) => int.Parse(message.Text(), CultureInfo.InvariantCulture);
}
