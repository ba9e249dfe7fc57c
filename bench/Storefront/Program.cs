using System.Globalization;
using Tessera.Bench.Storefront;

// What a visitor of a running store waits for and fetches, and how much one page costs the store:
//   dotnet run -c Release --project bench/Storefront -- http://127.0.0.1:8080 TEA-100 [ROUNDS] [REQUESTS/S] [SECONDS]
// Prints a Markdown table.
var store = new Uri(args[0]);
var sku = args[1];
var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
var rate = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 200;
var seconds = args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 20;

Console.WriteLine(
    "| page, cold, processor 4 times slower, 1.6 Mbit/s, 150 ms | LCP | CLS | page without pictures | in all |");
Console.WriteLine("|---|---|---|---|---|");
await using (var visitor = await SlowVisitor.StartAsync(store))
{
    foreach (var path in new[] { "/", $"/products/{sku}", "/search", "/basket" })
    {
        var visits = new List<Visit>();
        for (var round = 0; round < rounds; round++) visits.Add(await visitor.OpenAsync(path));
        var (lcp, cls) = (Median(visits.Select(each => each.LcpMs)), visits.Max(each => each.Cls));
        var (bytes, all) = (Median(visits.Select(each => each.OwnBytes)), Median(visits.Select(each => each.AllBytes)));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| `{path}` | {lcp:0} ms | {cls:0.000} | {bytes / 1024:0.0} KiB | {all / 1024:0.0} KiB |"));
    }
}

var load = await SteadyLoad.RunAsync(new Uri(store, "/"), rate, TimeSpan.FromSeconds(seconds));
Console.WriteLine();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"Home page, {rate}/s for {seconds} s: {load.Good} of {load.Sent} good, " +
    $"p50 {load.P50:0.0} ms, p99 {load.P99:0.0} ms."));

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    return sorted[sorted.Length / 2];
}
