using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Tessera.Bench.Gateway;

/// <summary>What a gateway makes of three times what its service can do, with its limit and without.</summary>
internal static class Overload
{
    private const int Callers = 64;
    private static readonly TimeSpan peakTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan overloadTime = TimeSpan.FromSeconds(12);
    private static readonly string[] routes =
        ["""{ "path": "/busy/{**rest}", "service": "orders", "policy": "anonymous" }"""];

    private static readonly TimeSpan answerMax = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(string gatewayDll)
    {
        await using var service = await BoundedService.StartAsync();
        Console.WriteLine(
            $"service: {BoundedService.WorkersMax} at once, {BoundedService.Work.TotalMilliseconds} ms each");
        Console.WriteLine(
            "| gateway | offered/s | accepted/s | of peak | p50 ms | p99 ms "
            + "| within 1 s | 503 | p99 of 503 ms | failed |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        double peak;
        await using (var gateway = await GatewayUnderTest.StartAsync(
            gatewayDll, BoundedService.AddressOf(service), null, routes))
        {
            await ClosedAsync(gateway.Client, TimeSpan.FromSeconds(3)); // Compiles what is used.
            var best = await ClosedAsync(gateway.Client, peakTime);
            peak = best.AcceptedPerSecond;
            best.Write($"peak: {Callers} callers in turn", peak, peak);
            (await OpenAsync(gateway.Client, 3 * peak)).Write("as it comes", 3 * peak, peak);
        }
        await using var unlimited = await GatewayUnderTest.StartAsync(
            gatewayDll, BoundedService.AddressOf(service), null, routes,
            ("Gateway__Limits__ConcurrentMax", "100000"), ("Gateway__Limits__QueueMax", "100000"));
        await ClosedAsync(unlimited.Client, TimeSpan.FromSeconds(3));
        (await OpenAsync(unlimited.Client, 3 * peak)).Write("without a limit", 3 * peak, peak);
    }

    private static async Task<Measured> ClosedAsync(HttpClient client, TimeSpan time)
    {
        var seen = new ConcurrentBag<(int Status, double Ms)>();
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(began) < time) seen.Add(await AskAsync(client));
        }));
        return new Measured([.. seen], Stopwatch.GetElapsedTime(began));
    }

    /// <summary>Requests come when they come, whatever became of those before.</summary>
    private static async Task<Measured> OpenAsync(HttpClient client, double perSecond)
    {
        var asked = new List<Task<(int, double)>>();
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (Stopwatch.GetElapsedTime(began) < overloadTime && await timer.WaitForNextTickAsync())
        {
            var due = (int)(Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond);
            while (asked.Count < due) asked.Add(AskAsync(client));
        }
        var answers = await Task.WhenAll(asked);
        return new Measured(answers, Stopwatch.GetElapsedTime(began)); // Until the last answer was there.
    }

    private static async Task<(int Status, double Ms)> AskAsync(HttpClient client)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var limit = new CancellationTokenSource(answerMax);
            using var answer = await client.GetAsync("/busy/1", limit.Token);
            return ((int)answer.StatusCode, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        catch (Exception lost) when (lost is HttpRequestException or OperationCanceledException)
        {
            return (0, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    private sealed record Measured((int Status, double Ms)[] All, TimeSpan Time)
    {
        public double AcceptedPerSecond => Count(HttpStatusCode.OK) / Time.TotalSeconds;

        public void Write(string name, double offered, double peak)
        {
            var accepted = Of(HttpStatusCode.OK);
            var refused = Of(HttpStatusCode.ServiceUnavailable);
            var failed = All.Length - accepted.Length - refused.Length;
            Console.WriteLine(FormattableString.Invariant(
                $"| {name} | {offered:0} | {AcceptedPerSecond:0} | {100 * AcceptedPerSecond / peak:0} % ")
                + FormattableString.Invariant($"| {At(accepted, 0.5):0} | {At(accepted, 0.99):0} ")
                + FormattableString.Invariant($"| {accepted.Count(ms => ms < 1_000)} of {All.Length} ")
                + FormattableString.Invariant($"| {refused.Length} | {At(refused, 0.99):0} | {failed} |"));
        }

        private int Count(HttpStatusCode status) => All.Count(one => one.Status == (int)status);

        private double[] Of(HttpStatusCode status) =>
            [.. All.Where(one => one.Status == (int)status).Select(one => one.Ms).Order()];

        private static double At(double[] sorted, double part) =>
            sorted.Length == 0 ? 0 : sorted[(int)(part * (sorted.Length - 1))];
    }
}
