using System.Diagnostics;
using System.Globalization;

namespace Tessera.Bench.Gateway;

/// <summary>What clients that follow an order and hear nothing cost the processes between.</summary>
internal static class Listeners
{
    private static readonly TimeSpan rest = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(Uri store, string token, string order, int count, int[] processes)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = count })
        {
            BaseAddress = store,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var open = new List<HttpResponseMessage>(count);
        await OpenAsync(50); // What the first ones need, all have.
        await Task.Delay(rest, TimeProvider.System);
        var before = processes.Select(SharedMegabytes).ToArray();
        Console.WriteLine($"50 listeners: {string.Join(", ", before.Select(Text))} MB");
        while (open.Count < count) await OpenAsync(Math.Min(100, count - open.Count));
        Console.WriteLine($"{open.Count} listeners are open");
        await Task.Delay(rest, TimeProvider.System);
        var after = processes.Select(SharedMegabytes).ToArray();
        Console.WriteLine($"{open.Count} listeners: {string.Join(", ", after.Select(Text))} MB");
        Console.WriteLine($"more by {Text(after.Sum() - before.Sum())} MB");
        if (Environment.GetEnvironmentVariable("DOTNET_GCDUMP") is { Length: > 0 } dump)
        {
            foreach (var process in processes) await DumpAsync(dump, process);
            var live = processes.Select(SharedMegabytes).Select(Text);
            Console.WriteLine($"after a collection of all garbage: {string.Join(", ", live)} MB");
        }
        open.ForEach(one => one.Dispose());

        async Task OpenAsync(int some)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, some).Select(_ => client.GetAsync(
                $"/api/v1/orders/{order}/events", HttpCompletionOption.ResponseHeadersRead)));
            foreach (var answer in answers) answer.EnsureSuccessStatusCode();
            open.AddRange(answers);
        }
    }

    /// <summary>Leaves <c>PID.gcdump</c> in the working folder.</summary>
    private static async Task DumpAsync(string program, int process)
    {
        using var dumping = Process.Start(program, ["collect", "-p", $"{process}", "-o", $"{process}.gcdump"]);
        await dumping.WaitForExitAsync();
    }

    private static string Text(double megabytes) => megabytes.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>Proportional share: what is mapped by several is not counted for each.</summary>
    internal static double SharedMegabytes(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
}
