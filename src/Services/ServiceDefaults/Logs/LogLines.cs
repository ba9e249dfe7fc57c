using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Tessera.ServiceDefaults;

/// <summary>The log of a process: lines on its standard output, for people or for software by <c>Tessera:Logs</c>.
/// </summary>
internal static class LogLines
{
    public const string Text = "text";
    public const string Json = "json";

    /// <summary>.NET brings a formatter called "json" of its own, which would be taken instead of ours.</summary>
    public const string FormatterPrefix = "tessera-";

    public const string Time = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private const string Key = TesseraOptions.Section + ":Logs";

    public static void AddLogLines(this WebApplicationBuilder builder)
    {
        var form = builder.Configuration[Key] is { Length: > 0 } given ? given : Text;
        if (form is not (Text or Json))
            throw new InvalidOperationException($"{Key} is '{form}'; it must be '{Text}' or '{Json}'.");
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.FormatterName = FormatterPrefix + form);
        builder.Logging.AddConsoleFormatter<TextLines, ConsoleFormatterOptions>();
        builder.Logging.AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        foreach (var noisy in new[]
            { "Microsoft", "System", "Yarp", "OpenIddict", "Polly", typeof(AuthenticateByToken).FullName! })
        {
            builder.Logging.AddFilter(noisy, LogLevel.Warning);
        }
        // Who asks is answered; that a service is not ready yet, or waits for its broker, is no error of its own.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
    }

    /// <summary>Only an error's stack is worth its length; what is less is named.</summary>
    public static string Tell(Exception failure, LogLevel level) =>
        level >= LogLevel.Error ? failure.ToString() : Brief(failure);

    private static string Brief(Exception failure) =>
        $"{failure.GetType().Name}: {failure.Message}" +
        (failure.InnerException is { } inner ? " <- " + Brief(inner) : "");
}
