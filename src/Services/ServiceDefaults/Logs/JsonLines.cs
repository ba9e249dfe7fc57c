using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Tessera.ServiceDefaults;

/// <summary>One JSON object a line, for software that collects logs: <c>time</c>, <c>level</c>, <c>category</c>,
/// <c>message</c>, <c>trace</c> and <c>span</c>, inside of a handler <c>event</c>, <c>stream</c> and <c>key</c>,
/// <c>exception</c>, and under <c>values</c> what the message was made of.</summary>
internal sealed class JsonLines(TimeProvider clock) : ConsoleFormatter(LogLines.FormatterPrefix + LogLines.Json)
{
    private static readonly JsonWriterOptions _options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // A line of a file, never a part of a page.
    };

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line, _options))
        {
            json.WriteStartObject();
            json.WriteString("time", clock.GetUtcNow().ToString(LogLines.Time, CultureInfo.InvariantCulture));
            json.WriteString("level", logEntry.LogLevel.ToString());
            json.WriteString("category", logEntry.Category);
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            var place = LogPlace.Current();
            if (place.Trace is { } trace) json.WriteString("trace", trace.ToString());
            if (place.Span is { } span) json.WriteString("span", span.ToString());
            if (place.Event is { } id)
            {
                json.WriteString("event", id.ToString());
                json.WriteString("stream", place.Stream?.ToString());
                json.WriteString("key", place.Key?.ToString());
            }
            if (logEntry.Exception is { } failure)
                json.WriteString("exception", LogLines.Tell(failure, logEntry.LogLevel));
            WriteValues(json, logEntry.State);
            json.WriteEndObject();
        }
        textWriter.Write(Encoding.UTF8.GetString(line.WrittenSpan));
        textWriter.Write('\n');
    }

    private static void WriteValues<TState>(Utf8JsonWriter json, TState state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> values) return;
        var hasBegun = false;
        foreach (var (name, value) in values)
        {
            if (name == "{OriginalFormat}") continue;
            if (!hasBegun) json.WriteStartObject("values");
            hasBegun = true;
            json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
        }
        if (hasBegun) json.WriteEndObject();
    }
}
