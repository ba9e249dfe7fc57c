using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Tessera.ServiceDefaults;

/// <summary>One line per event: time, level, category's last word, message, trace id and, inside of a handler, the
/// event with its stream and key; an exception in the same line.</summary>
internal sealed class TextLines(TimeProvider clock) : ConsoleFormatter(LogLines.FormatterPrefix + LogLines.Text)
{
    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(clock.GetUtcNow().ToString(LogLines.Time, CultureInfo.InvariantCulture));
        textWriter.Write(Word(logEntry.LogLevel));
        textWriter.Write(logEntry.Category.AsSpan(logEntry.Category.LastIndexOf('.') + 1));
        textWriter.Write(": ");
        WriteInOneLine(textWriter, logEntry.Formatter(logEntry.State, logEntry.Exception));
        var place = LogPlace.Current();
        if (place.Trace is { } trace) textWriter.Write($" trace={trace}");
        if (place.Event is { } id) WriteInOneLine(textWriter, $" event={id} stream={place.Stream} key={place.Key}");
        // A warning's exception is named; only an error's stack is worth its length.
        if (logEntry.Exception is { } failure)
        {
            textWriter.Write(" | ");
            WriteInOneLine(textWriter, LogLines.Tell(failure, logEntry.LogLevel));
        }
        textWriter.Write('\n');
    }

    private static void WriteInOneLine(TextWriter writer, string text)
    {
        if (text.AsSpan().IndexOfAny('\n', '\r') < 0) writer.Write(text);
        else
        {
            writer.Write(
                text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", " ⏎ ", StringComparison.Ordinal));
        }
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => " trc ",
        LogLevel.Debug => " dbg ",
        LogLevel.Information => " inf ",
        LogLevel.Warning => " WRN ",
        LogLevel.Error => " ERR ",
        _ => " CRT ",
    };
}
