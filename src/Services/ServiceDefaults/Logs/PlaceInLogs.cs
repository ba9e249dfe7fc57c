using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Tessera.ServiceDefaults;

/// <summary>Puts the event that is being handled, its stream and its key, into what is logged over OTLP, as the lines
/// on the standard output have them: a span would tell them too, but not every trace is kept.</summary>
internal sealed class PlaceInLogs : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        // Called on the thread that logs: the activity is still its own.
        var place = LogPlace.Current();
        if (place.Event is not { } id) return;
        data.Attributes =
        [
            .. data.Attributes ?? [], new(LogPlace.EventTag, id.ToString()),
            new(LogPlace.StreamTag, place.Stream?.ToString()), new(LogPlace.KeyTag, place.Key?.ToString()),
        ];
    }
}
