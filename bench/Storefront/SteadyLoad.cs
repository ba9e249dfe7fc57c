using System.Collections.Concurrent;
using System.Diagnostics;

namespace Tessera.Bench.Storefront;

/// <summary>Requests at a steady rate, whatever the answers take: a slow answer is counted from when its request was
/// due, not from when there was time to send it.</summary>
internal static class SteadyLoad
{
    public static async Task<(int Sent, int Good, double P50, double P99)> RunAsync(
        Uri address, int rate, TimeSpan time)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 });
        for (var warm = 0; warm < 200; warm++) (await http.GetAsync(address)).Dispose();
        var times = new ConcurrentBag<double>();
        var good = 0;
        var count = (int)(rate * time.TotalSeconds);
        var requests = new List<Task>(count);
        var began = Stopwatch.GetTimestamp();
        for (var number = 0; number < count; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / rate);
            var wait = due - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.FromMilliseconds(1)) await Task.Delay(wait);
            requests.Add(SendAsync(due));
        }
        await Task.WhenAll(requests);
        var sorted = times.Order().ToArray();
        return (count, good, sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);

        async Task SendAsync(TimeSpan due)
        {
            using var answer = await http.GetAsync(address);
            if (answer.IsSuccessStatusCode) Interlocked.Increment(ref good);
            times.Add((Stopwatch.GetElapsedTime(began) - due).TotalMilliseconds);
        }
    }
}
