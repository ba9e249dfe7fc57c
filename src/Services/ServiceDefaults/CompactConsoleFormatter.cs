using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Tessera.ServiceDefaults;

/// <summary>One line per event: time, level, category's last word, message, trace id; an exception
/// in the same line.</summary>
internal sealed class CompactConsoleFormatter(TimeProvider clock) : ConsoleFormatter("tessera")
{
    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write(clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        textWriter.Write(Word(logEntry.LogLevel));
        textWriter.Write(logEntry.Category.AsSpan(logEntry.Category.LastIndexOf('.') + 1));
        textWriter.Write(": ");
        WriteInOneLine(textWriter, logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (Activity.Current is { } activity) textWriter.Write($" trace={activity.TraceId}");
        // A warning's exception is named; only an error's stack is worth its length.
        if (logEntry.Exception is { } failure)
        {
            textWriter.Write(" | ");
            WriteInOneLine(textWriter, logEntry.LogLevel >= LogLevel.Error ? failure.ToString() : Brief(failure));
        }
        textWriter.Write('\n');
    }

    private static string Brief(Exception failure) =>
        $"{failure.GetType().Name}: {failure.Message}" +
        (failure.InnerException is { } inner ? " <- " + Brief(inner) : "");

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
