using System.Globalization;
using Tessera.Bench.Catalog;

// Searches at a steady rate in a large catalogue, through the gateway of a running store; bench/catalog.sh starts one.
//   TOKEN=… dotnet run -c Release --project bench/Catalog -- fill http://127.0.0.1:8080 [PRODUCTS]
//           dotnet run -c Release --project bench/Catalog -- search http://127.0.0.1:8080 [RATE] [SECONDS]
// `fill` needs an operator's token; `search` prints a Markdown table.
var store = new Uri(args[1]);
if (args[0] == "fill")
{
    var token = Environment.GetEnvironmentVariable("TOKEN")
        ?? throw new InvalidOperationException("TOKEN is not set: tessera token --scripts");
    await Filling.RunAsync(store, token, Number(2, 100_000));
    return;
}
var (rate, seconds) = (Number(2, 100), Number(3, 60));
await Searching.RunAsync(store, rate, TimeSpan.FromSeconds(10)); // What is being compiled counts for nothing.
var answers = await Searching.RunAsync(store, rate, TimeSpan.FromSeconds(seconds));
Console.WriteLine($"| search, {rate}/s for {seconds} s | answered | found something | p50 | p99 | longest |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (var kind in answers.GroupBy(answer => answer.Kind).Append(answers.GroupBy(_ => "all").Single()))
{
    var times = kind.Select(answer => answer.Milliseconds).Order().ToArray();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"| {kind.Key} | {kind.Count(answer => answer.IsGood)} of {times.Length} " +
        $"| {kind.Count(answer => answer.HasFound)} " +
        $"| {times[times.Length / 2]:0.0} ms | {times[times.Length * 99 / 100]:0.0} ms | {times[^1]:0.0} ms |"));
}

int Number(int at, int otherwise) =>
    args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
