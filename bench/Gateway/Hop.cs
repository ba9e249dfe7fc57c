using System.Diagnostics;
using System.Globalization;
using System.Net;
using Tessera.Testing.Services;

namespace Tessera.Bench.Gateway;

/// <summary>What the way through the gateway adds to an answer, at 500 requests a second: token, authorization, limits,
/// log and trace included.</summary>
internal static class Hop
{
    private const int PerSecond = 500;
    private const int Repetitions = 5;
    private static readonly TimeSpan warmUp = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan time = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(string gatewayDll)
    {
        var (app, http1, http2) = await QuickService.StartAsync();
        await using var service = app;
        using var tokens = new TestTokens();
        await using var gateway = await GatewayUnderTest.StartAsync(
            gatewayDll, http2, tokens, Growth.FewRoutes, Growth.Unbounded);
        using var direct = new HttpClient { BaseAddress = http1 };
        // As the gateway asks it: what part of the way is the protocol's own.
        using var framed = new HttpClient
        {
            BaseAddress = new Uri(http2),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var token = tokens.Operator(Guid.NewGuid());
        await PacedAsync(gateway.Client, token, warmUp);
        await PacedAsync(direct, token, warmUp);
        await PacedAsync(framed, token, warmUp);
        Console.WriteLine($"{PerSecond} requests/s, {Repetitions} times {time.TotalSeconds} s in turn");
        Console.WriteLine(
            "| | direct p50 ms | p99 ms | direct over h2c p50 ms | p99 ms "
            + "| through p50 ms | p99 ms | added p50 ms | p99 ms |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        var added = new List<(double P50, double P99)>();
        for (var repetition = 1; repetition <= Repetitions; repetition++)
        {
            var without = await PacedAsync(direct, token, time);
            var h2c = await PacedAsync(framed, token, time);
            var with = await PacedAsync(gateway.Client, token, time);
            added.Add((with.P50 - without.P50, with.P99 - without.P99));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {repetition} | {without.P50:0.00} | {without.P99:0.00} | {h2c.P50:0.00} | {h2c.P99:0.00} "
                + $"| {with.P50:0.00} | {with.P99:0.00} | {added[^1].P50:0.00} | {added[^1].P99:0.00} |"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| median | | | | | | | {Median(added.Select(one => one.P50)):0.00} "
            + $"| {Median(added.Select(one => one.P99)):0.00} |"));
    }

    /// <summary>Open loop: each is sent when it is due, whatever became of those before, and timed from then.</summary>
    private static async Task<(double P50, double P99)> PacedAsync(HttpClient client, string token, TimeSpan time)
    {
        var asked = new List<Task<double>>();
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (Stopwatch.GetElapsedTime(began) < time && await timer.WaitForNextTickAsync())
        {
            var due = (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * PerSecond);
            while (asked.Count < due) asked.Add(AskAsync());
        }
        double[] took = [.. (await Task.WhenAll(asked)).Order()];
        return (took[took.Length / 2], took[(int)(0.99 * (took.Length - 1))]);

        async Task<double> AskAsync()
        {
            var sent = Stopwatch.GetTimestamp();
            await Growth.AskAsync(client, "/api/v1/orders/1", token);
            return Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Repetitions / 2);
}
