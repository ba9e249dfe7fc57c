using Tessera.Cli.Shop;

namespace Tessera.Cli.Retail;

/// <summary>Sends many at once, and finds the one for whose sake all of them were refused.</summary>
internal static class Batches
{
    private const int BatchSize = 500;

    /// <param name="refused">Told of each that the shop does not take even alone.</param>
    public static async Task SendAsync<T>(
        IEnumerable<T> items, Func<IReadOnlyList<T>, Task<Answer>> send,
        Action<IReadOnlyList<T>, Answer> taken, Action<T, Answer> refused)
    {
        var waiting = new Stack<IReadOnlyList<T>>(items.Chunk(BatchSize).Reverse());
        while (waiting.TryPop(out var batch))
        {
            var answer = await send(batch);
            if (answer.IsSuccess)
            {
                taken(batch, answer);
            }
            else if (!answer.IsAboutContent)
            {
                throw new UserError($"The shop did not take what was sent: {answer.Problem()}");
            }
            else if (batch.Count == 1)
            {
                refused(batch[0], answer);
            }
            else
            {
                waiting.Push([.. batch.Skip(batch.Count / 2)]);
                waiting.Push([.. batch.Take(batch.Count / 2)]);
            }
        }
    }
}
