using Tessera.Messaging.Store;

namespace Tessera.Catalog;

/// <summary>What somebody may have meant whose search found nothing: words that stand in the catalog and are one slip
/// away. A few indexed look-ups, whatever the catalog's size.</summary>
internal sealed class GuessSearch(IDatabase database, ProductSearch search)
{
    private const int LengthMin = 3;
    private const int LengthMax = 20;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <returns>Null when nothing near would find anything.</returns>
    public async Task<string?> GuessAsync(ProductFilter filter, CancellationToken stop)
    {
        var guessed = new List<string>();
        foreach (var word in filter.Words)
        {
            if (await IsKnownAsync(word, stop)) guessed.Add(word);
            else if (await NearestAsync(word, stop) is { } near) guessed.Add(near);
            else return null;
        }
        var text = string.Join(' ', guessed);
        if (guessed.SequenceEqual(filter.Words)) return null;
        var nearer = new ProductFilter(text, filter.Category, filter.MinPriceMinor, filter.MaxPriceMinor);
        return await search.CountAsync(nearer, stop) > 0 ? text : null;
    }

    private async Task<bool> IsKnownAsync(string word, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            "select word from known_words where word >= $1 and word < $2 order by word limit 1",
            [word, word + '\uFFFF'], row => row.GetString(0), stop);
        return found.Count > 0;
    }

    private async Task<string?> NearestAsync(string word, CancellationToken stop)
    {
        if (word.Length is < LengthMin or > LengthMax || word.Any(char.IsSurrogate)) return null;
        var slips = Slips(word).ToHashSet(StringComparer.Ordinal);
        var found = await database.QueryAsync(
            $"select word from known_words where {database.In("word", 1)} order by word",
            [database.List(slips)], row => row.GetString(0), stop);
        // The first letter is seldom wrong, and a letter is sooner forgotten than typed in vain.
        return found.OrderByDescending(near => near[0] == word[0]).ThenByDescending(near => near.Length)
            .ThenBy(near => near, StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>Everything that is one letter more, less or other, or two letters in the other order.</summary>
    private static IEnumerable<string> Slips(string word)
    {
        for (var at = 0; at <= word.Length; at++)
        {
            var (before, after) = (word[..at], word[at..]);
            if (after.Length > 0) yield return before + after[1..];
            if (after.Length > 1) yield return $"{before}{after[1]}{after[0]}{after[2..]}";
            foreach (var letter in Letters)
            {
                yield return before + letter + after;
                if (after.Length > 0) yield return before + letter + after[1..];
            }
        }
    }
}
