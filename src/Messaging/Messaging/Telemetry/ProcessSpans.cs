using System.Diagnostics;

namespace Tessera.Messaging.Telemetry;

/// <summary>The spans of the messages that one call of a handler takes: one, or those of a batch handler together.
/// </summary>
internal readonly struct ProcessSpans(int count) : IDisposable
{
    private readonly List<Activity>? _spans = MessagingTraces.AreRecorded ? new(count) : null;

    /// <summary>The current one.</summary>
    public ActivityContext First => _spans is { Count: > 0 } ? _spans[^1].Context : default;

    public void Add(Activity? span)
    {
        if (span is not null) _spans?.Add(span);
    }

    public void Failed(Exception failure) => _spans?.ForEach(span => span.Failed(failure));

    public void Dispose()
    {
        for (var i = (_spans?.Count ?? 0) - 1; i >= 0; i--) _spans![i].Dispose();
    }
}
