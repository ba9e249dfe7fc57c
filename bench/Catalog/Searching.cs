using System.Collections.Concurrent;
using System.Diagnostics;

namespace Tessera.Bench.Catalog;

internal sealed record Answered(string Kind, bool IsGood, bool HasFound, double Milliseconds);

/// <summary>What visitors ask, at a steady rate, whatever the answers take: a slow one is counted from when its request
/// was due.</summary>
internal static class Searching
{
    public static async Task<IReadOnlyCollection<Answered>> RunAsync(Uri store, int rate, TimeSpan time)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 });
        http.BaseAddress = store;
        var answers = new ConcurrentBag<Answered>();
        var requests = new List<Task>();
        var began = Stopwatch.GetTimestamp();
        for (var number = 0; number < (int)(rate * time.TotalSeconds); number++)
        {
            var due = TimeSpan.FromSeconds((double)number / rate);
            var wait = due - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.FromMilliseconds(1)) await Task.Delay(wait);
            requests.Add(SendAsync(number, due));
        }
        await Task.WhenAll(requests);
        return answers;

        async Task SendAsync(int number, TimeSpan due)
        {
            var (kind, query) = Question(number);
            using var answer = await http.GetAsync(new Uri("/api/v1/products" + query, UriKind.Relative));
            var text = await answer.Content.ReadAsStringAsync();
            var took = (Stopwatch.GetElapsedTime(began) - due).TotalMilliseconds;
            var hasFound = text.Contains("\"sku\"", StringComparison.Ordinal)
                || text.Contains("\"didYouMean\":\"", StringComparison.Ordinal);
            answers.Add(new Answered(kind, answer.IsSuccessStatusCode, hasFound, took));
        }
    }

    /// <summary>Every tenth is of a kind; the words change from one to the next.</summary>
    private static (string Kind, string Query) Question(int number)
    {
        var turn = number / 10;
        var (color, material, thing) = (
            Vocabulary.Of(Vocabulary.Colors, turn), Vocabulary.Of(Vocabulary.Materials, turn * 3),
            Vocabulary.Of(Vocabulary.Things, turn * 5));
        return (number % 10) switch
        {
            0 or 1 or 2 => ("two words, with facets", $"?search={Escape(material + " " + thing)}&facets=true"),
            3 => ("one word, with facets", $"?search={Escape(thing)}&facets=true"),
            4 or 5 => ("the beginning of a word", $"?search={Escape(color + " " + thing[..2])}"),
            6 => ("a word within a category and prices",
                $"?search={Escape(color)}&category={Escape(Vocabulary.Category(turn))}" +
                "&minPriceMinor=1000&maxPriceMinor=9000"),
            7 => ("a category, dearest first, with facets",
                $"?category={Escape(Vocabulary.Category(turn))}&sort=price-desc&facets=true"),
            8 => ("a word that is written wrongly", $"?search={Escape(thing.Insert(1, "x"))}"),
            _ => ("suggestions", $"/search/suggestions?search={Escape(material[..3])}"),
        };
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
