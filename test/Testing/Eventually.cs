using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Tessera.Testing;

/// <summary>The one way in which tests wait: until something holds, at most for a bound. A bound guards against a hang,
/// and is of a machine with room: see <see cref="Patience"/>. A time that is promised goes by the clock:
/// <c>InTimeAsync</c>.</summary>
public static class Eventually
{
    /// <summary>Guards against a hang on a loaded machine; a test that passes never waits for it, and one that is about
    /// a time says which.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>The same where a process must start first: ten others may be starting beside it.</summary>
    public static readonly TimeSpan ProcessBound = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until <paramref name="holds"/>; fails naming <paramref name="what"/> after the bound.</summary>
    public static Task HoldsAsync(
        string what, Func<bool> holds, TimeSpan? bound = null, CancellationToken stop = default) =>
        HoldsAsync(what, () => Task.FromResult(holds()), bound, stop);

    /// <inheritdoc cref="HoldsAsync(string, Func{bool}, TimeSpan?, CancellationToken)"/>
    public static Task HoldsAsync(
        string what, Func<Task<bool>> holds, TimeSpan? bound = null, CancellationToken stop = default)
    {
        var patience = new Patience();
        return HoldsAsync(what, holds, bound ?? Bound, () => patience.Used, stop);
    }

    /// <summary>Waits until <paramref name="holds"/>, as was promised within <paramref name="time"/> by the clock.
    /// </summary>
    public static Task InTimeAsync(
        string what, Func<bool> holds, TimeSpan time, CancellationToken stop = default) =>
        InTimeAsync(what, () => Task.FromResult(holds()), time, stop);

    /// <inheritdoc cref="InTimeAsync(string, Func{bool}, TimeSpan, CancellationToken)"/>
    public static Task InTimeAsync(
        string what, Func<Task<bool>> holds, TimeSpan time, CancellationToken stop = default)
    {
        var clock = Stopwatch.StartNew();
        return HoldsAsync(what, holds, time, () => clock.Elapsed, stop);
    }

    private static async Task HoldsAsync(
        string what, Func<Task<bool>> holds, TimeSpan bound, Func<TimeSpan> used, CancellationToken stop)
    {
        Exception? last = null;
        var pause = ShortestPause;
        while (used() < bound)
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
        throw new TimeoutException($"Not within {bound.TotalSeconds:0.#} s: {what}", last);
    }

    /// <summary>Awaits a task, at most for the bound.</summary>
    public static async Task<T> AnswersAsync<T>(string what, Task<T> task, TimeSpan? bound = null)
    {
        await EndsAsync(what, task, bound).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    /// <inheritdoc cref="AnswersAsync{T}(string, Task{T}, TimeSpan?)"/>
    public static async Task EndsAsync(string what, Task task, TimeSpan? bound = null, CancellationToken stop = default)
    {
        var patience = new Patience();
        var limit = bound ?? Bound;
        while (!task.IsCompleted)
        {
            if (limit - patience.Used is not { Ticks: > 0 } left)
                throw new TimeoutException($"Not within {limit.TotalSeconds:0.#} s: {what}");
            try
            {
                await task.WaitAsync(left, stop).ConfigureAwait(false);
            }
            catch (TimeoutException) when (!task.IsCompleted)
            {
                // As long as the machine had no room, there is some left.
            }
        }
        await task.ConfigureAwait(false);
    }

    /// <summary><see cref="EndsAsync"/>, of a task whose name in the test says what it is.</summary>
    public static Task WithinAsync(
        this Task task, TimeSpan bound, CancellationToken stop = default,
        [CallerArgumentExpression(nameof(task))] string what = "") => EndsAsync(what, task, bound, stop);

    /// <inheritdoc cref="WithinAsync(Task, TimeSpan, CancellationToken, string)"/>
    public static async Task<T> WithinAsync<T>(
        this Task<T> task, TimeSpan bound, CancellationToken stop = default,
        [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await EndsAsync(what, task, bound, stop).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }
}
