namespace Tessera.Testing;

/// <summary>The one way in which tests wait: until something holds, at most for a bound.</summary>
public static class Eventually
{
    /// <summary>Long enough for a loaded machine; a test that passes never waits for it.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until <paramref name="holds"/>; fails naming <paramref name="what"/> after the bound.</summary>
    public static Task HoldsAsync(
        string what, Func<bool> holds, TimeSpan? bound = null, CancellationToken stop = default) =>
        HoldsAsync(what, () => Task.FromResult(holds()), bound, stop);

    /// <inheritdoc cref="HoldsAsync(string, Func{bool}, TimeSpan?, CancellationToken)"/>
    public static async Task HoldsAsync(
        string what, Func<Task<bool>> holds, TimeSpan? bound = null, CancellationToken stop = default)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Exception? last = null;
        var pause = ShortestPause;
        while (clock.Elapsed < (bound ?? Bound))
        {
            last = null;
            try
            {
                if (await holds().ConfigureAwait(false)) return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                last = failure;
            }
            await Task.Delay(pause, stop).ConfigureAwait(false);
            // What takes long is looked at less often: looking takes the time of what is waited for.
            pause = TimeSpan.FromTicks(Math.Min((long)(pause.Ticks * 1.2), LongestPause.Ticks));
        }
        throw new TimeoutException($"Not within {(bound ?? Bound).TotalSeconds:0.#} s: {what}", last);
    }

    /// <summary>Awaits a task, at most for the bound.</summary>
    public static async Task<T> AnswersAsync<T>(string what, Task<T> task, TimeSpan? bound = null)
    {
        try
        {
            return await task.WaitAsync(bound ?? Bound).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Not within {(bound ?? Bound).TotalSeconds:0.#} s: {what}");
        }
    }
}
