using System.Globalization;
using System.Net.Http.Headers;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Webhooks.Bench;
using Tessera.Webhooks.Contracts;

// events, pause between them in ms, endpoints, how many of these are bad
var (events, pauseMs, endpoints, bad) = (Argument(0, 100), Argument(1, 500), Argument(2, 100), Argument(3, 10));
const double p99Max = 2_000;
using var data = new TemporaryFolder("webhooks-bench");
using var tokens = new TestTokens();
tokens.WriteKeys(data.Path);
var broker = Path.Combine(data.Path, "broker", "events.db");
Directory.CreateDirectory(Path.GetDirectoryName(broker)!);
await using var receivers = await Receivers.StartAsync();
await using var announcer = await Announcer.StartAsync(data.Path, broker);
await using var webhooks = await ServiceProcess.StartAsync("Webhooks", data.Path,
[
    ("Webhooks:AllowPrivate", "true"), ("Webhooks:EndpointsPerOwnerMax", "1000"),
    ("Messaging:Broker", "embedded"), ("Messaging:Embedded:File", broker), ("DOTNET_gcServer", "0"),
    ("DOTNET_TieredPGO", "0"), ("DOTNET_GCgen0size", "400000"),
]);
using var http = new HttpClient { BaseAddress = webhooks.Address };
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Machine("webhooks"));
await Eventually.HoldsAsync("Webhooks is ready", async () =>
{
    using var health = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
    return health.IsSuccessStatusCode;
}, TimeSpan.FromMinutes(2));

var good = Enumerable.Range(0, endpoints - bad).Select(number => $"{receivers.Address}/good/{number}").ToArray();
foreach (var url in good) await RegisterAsync(url, PublicOrderPlaced.Type);
// The first events find code that is not compiled yet; they count for nothing, and the bad ones do not hear them.
for (var warm = 0; warm < 5; warm++) await announcer.PlaceAsync();
await Eventually.HoldsAsync(
    "the first events are delivered", () => receivers.Delays.Count == 5 * good.Length, TimeSpan.FromMinutes(2));
foreach (var url in receivers.BadUrls(bad)) await RegisterAsync(url, PublicOrderPlaced.Type);
receivers.Forget();

var memory = new List<double>();
var processor = ProcessorSeconds();
var began = TimeProvider.System.GetTimestamp();
using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(pauseMs));
for (var number = 0; number < events; number++)
{
    await announcer.PlaceAsync();
    if (number % Math.Max(1, events / 10) == 0) memory.Add(ResidentMegabytes());
    await timer.WaitForNextTickAsync();
}
var wanted = events * good.Length;
await Eventually.HoldsAsync(
    "all that can be delivered is", () => receivers.Delays.Count >= wanted, TimeSpan.FromMinutes(5));
var took = TimeProvider.System.GetElapsedTime(began);
memory.Add(ResidentMegabytes());
var delays = receivers.Delays.Order().ToArray();

Console.WriteLine($"{events} events, one each {pauseMs} ms, to {endpoints} endpoints, of which {bad} are slow, dead " +
    $"or lying: {events * endpoints} deliveries, {delays.Length} of them to the {good.Length} others.");
Console.WriteLine();
Console.WriteLine("| from the event to received, of the others | ms |");
Console.WriteLine("|---|---|");
foreach (var (name, share) in new[] { ("half", 0.5), ("p95", 0.95), ("p99", 0.99), ("the slowest", 1.0) })
    Console.WriteLine($"| {name} | {Text(At(delays, share))} |");
Console.WriteLine();
Console.WriteLine($"Taken within {Text(took.TotalSeconds)} s; {receivers.Repeated} came twice. " +
    $"Processor time of the service: {Text(ProcessorSeconds() - processor)} s. Its memory in MiB, each tenth of the " +
    $"run: {string.Join(", ", memory.Select(Text))}.");
return At(delays, 0.99) < p99Max && delays.Length == wanted && memory[^1] < memory[5] * 1.1 ? 0 : 1;

int Argument(int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;

async Task RegisterAsync(string url, string type)
{
    using var answer = await http.PostAsJsonAsync(
        new Uri("/webhooks", UriKind.Relative), new RegisterEndpointRequest(url, [type]));
    if (!answer.IsSuccessStatusCode)
        throw new InvalidOperationException($"{url}: {await answer.Content.ReadAsStringAsync()}");
}

double ResidentMegabytes()
{
    var line = File.ReadLines($"/proc/{webhooks.ProcessId}/status")
        .First(each => each.StartsWith("VmRSS", StringComparison.Ordinal));
    return double.Parse(
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
}

double ProcessorSeconds()
{
    using var process = System.Diagnostics.Process.GetProcessById(webhooks.ProcessId);
    return process.TotalProcessorTime.TotalSeconds;
}

static double At(double[] sorted, double share) => sorted[Math.Min((int)(sorted.Length * share), sorted.Length - 1)];

static string Text(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
