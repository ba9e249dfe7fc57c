using Spectre.Console;

namespace Tessera.Cli.Up;

/// <summary>What may be drawn where: nothing moves and nothing is coloured without a terminal.</summary>
internal static class Screen
{
    public static bool IsLive => AnsiConsole.Profile.Capabilities.Interactive
        && AnsiConsole.Profile.Capabilities.Ansi
        && !Console.IsOutputRedirected;

    /// <summary>In a file or a pipe nothing is broken to fit: who searches for a phrase finds it on one line.</summary>
    public static void DoNotWrapUnseen()
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 10_000;
    }

    public static string Megabytes(long bytes) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024.0:0} MB");
}
