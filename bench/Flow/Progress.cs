using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Tessera.Flow;

/// <summary>When how much got done, in a child process.</summary>
internal sealed class Progress : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly List<Step> _steps = [];
    private readonly MeterListener _meter = new();

    /// <summary>Each send of the relay: when it began and when the broker had confirmed it.</summary>
    public static Progress OfSends()
    {
        var progress = new Progress();
        progress.Listen<double>(
            "messaging.client.operation.duration", seconds => progress.Add(1, TimeSpan.FromSeconds(seconds)));
        return progress;
    }

    /// <summary>Each committed transaction of the reader: the events in it.</summary>
    public static Progress OfHandled()
    {
        var progress = new Progress();
        progress.Listen<int>("tessera.messaging.batch.size", count => progress.Add(count, TimeSpan.Zero));
        return progress;
    }

    public void Add(int count, TimeSpan took)
    {
        var end = Stopwatch.GetTimestamp();
        lock (_gate) _steps.Add(new Step(end - (long)(took.TotalSeconds * Stopwatch.Frequency), end, count));
    }

    public void Clear()
    {
        lock (_gate) _steps.Clear();
    }

    public async Task<Span> BegunAsync()
    {
        for (var asked = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(asked) < Patience; await Task.Delay(2))
        {
            lock (_gate)
            {
                if (_steps is [var first, ..]) return new Span(first.Begin, first.End, first.Count);
            }
        }
        throw new TimeoutException($"Nothing was done for {Patience}.");
    }

    /// <summary>Waits until something was done and nothing for a while. The first <paramref name="skip"/> are not
    /// counted, nor is the time until they were done.</summary>
    public async Task<Span> QuietAsync(int skip)
    {
        for (var asked = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(asked) < Patience; await Task.Delay(50))
        {
            lock (_gate)
            {
                if (_steps.Count > 0 && Stopwatch.GetElapsedTime(_steps[^1].End) > Quiet) return Since(skip);
            }
        }
        throw new TimeoutException($"No end came within {Patience}.");
    }

    public void Dispose() => _meter.Dispose();

    private Span Since(int skip)
    {
        var (from, skipped) = (_steps[0].Begin, 0);
        foreach (var step in _steps)
        {
            if (skipped >= skip) break;
            skipped += step.Count;
            from = step.End;
        }
        return new Span(from, _steps[^1].End, _steps.Sum(step => step.Count) - skipped);
    }

    private void Listen<T>(string instrument, Action<T> record) where T : struct
    {
        _meter.InstrumentPublished = (found, listener) =>
        {
            if (found.Name == instrument) listener.EnableMeasurementEvents(found);
        };
        _meter.SetMeasurementEventCallback<T>((_, value, _, _) => record(value));
        _meter.Start();
    }

    private readonly record struct Step(long Begin, long End, int Count);
}

/// <summary>From when to when something was done, on the machine's monotonic clock, which
/// all processes share.</summary>
internal readonly record struct Span(long Begin, long End, int Count)
{
    public double Seconds => Stopwatch.GetElapsedTime(Begin, End).TotalSeconds;

    public double PerSecond => Count / Seconds;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"span {Begin} {End} {Count}");

    public static Span Parse(string text)
    {
        var words = text.Split(' ');
        return new Span(long.Parse(words[1], CultureInfo.InvariantCulture),
            long.Parse(words[2], CultureInfo.InvariantCulture), int.Parse(words[3], CultureInfo.InvariantCulture));
    }
}
