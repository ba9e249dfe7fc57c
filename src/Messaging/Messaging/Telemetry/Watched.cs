using System.Threading.Channels;

namespace Tessera.Messaging.Telemetry;

/// <summary>
/// Something that takes a question to a database or a broker, for gauges. It is read every few seconds as long as
/// somebody collects the gauges, and not at all otherwise. So who collects never waits, however the database does, and
/// costs it no more by collecting more often.
/// </summary>
/// <param name="read">Asks. It is given <see cref="Patience"/>.</param>
/// <param name="interval">From one reading to the next; between 1 s and 5 min.</param>
/// <param name="clock">Measures both.</param>
public sealed class Watched<T>(Func<CancellationToken, Task<T>> read, TimeSpan interval, TimeProvider clock)
    where T : class
{
    /// <summary>How long a reading may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Exporters that push do so once a minute unless told otherwise: reading goes on from one time to the
    /// next, so that what they push is never old.</summary>
    private static readonly TimeSpan WatchedFor = TimeSpan.FromSeconds(90);

    private readonly Channel<bool> _looks = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly TimeSpan _freshFor = (2 * interval) + (2 * Patience);
    private volatile Reading? _last;
    private long _lookedAt;

    /// <summary>The last reading; null when there is none, none yet, or none that is still true. Never waits.</summary>
    public T? Look()
    {
        Volatile.Write(ref _lookedAt, clock.GetTimestamp());
        _looks.Writer.TryWrite(true);
        return _last is { } last && clock.GetElapsedTime(last.At) <= _freshFor ? last.Value : null;
    }

    /// <summary>Reads until stopped. A reading that fails or takes too long leaves no value, and that is all: that
    /// somebody watches must not make a service fail, and whoever needs the database says himself that it is
    /// away.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await _looks.Reader.ReadAsync(stop).ConfigureAwait(false);
        while (!stop.IsCancellationRequested)
        {
            if (clock.GetElapsedTime(Volatile.Read(ref _lookedAt)) > WatchedFor)
                await _looks.Reader.ReadAsync(stop).ConfigureAwait(false);
            _last = await TryReadAsync(stop).ConfigureAwait(false);
            await Task.Delay(interval, clock, stop).ConfigureAwait(false);
        }
    }

    private async Task<Reading?> TryReadAsync(CancellationToken stop)
    {
        using var bound = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, bound.Token);
        try
        {
            // A driver may heed the token late or never, as one does whose server stands still.
            var value = await read(either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            return new Reading(value, clock.GetTimestamp());
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private sealed record Reading(T Value, long At);
}
