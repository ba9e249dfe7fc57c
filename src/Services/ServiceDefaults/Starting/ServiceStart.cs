using Microsoft.AspNetCore.Builder;

namespace Tessera.ServiceDefaults;

/// <summary>From the first line of a service's program until it serves: what prevents that is one line and exit code 1,
/// wherever it happens, and not a stack trace and an abort.</summary>
public static class ServiceStart
{
    /// <summary>Has the process bring its tables up to date and end (<see cref="SchemaChange.Only"/>).</summary>
    public const string MigrateArgument = "--migrate";

    /// <summary>Settings stay as they are while a process runs, so no file is watched: the system has few watchers for
    /// each user (128 on many), and without one a service that wants it does not start.</summary>
    private const string WatchNoFiles = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>A line of a request ends with both characters, as RFC 9112 §2.2 writes it, and not with a line feed
    /// alone, which others in front of us may read in another way.</summary>
    private const string NoBareLineFeeds = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";

    /// <summary>The builder of a service. Call it first: even reading the configuration can fail.</summary>
    public static WebApplicationBuilder NewBuilder(string[] args)
    {
        AppDomain.CurrentDomain.UnhandledException += EndInOneLine;
        AppContext.SetSwitch(NoBareLineFeeds, isEnabled: true);
        if (OpenFileLimit.WhatIsLacking() is { } lacking) End(lacking);
        var builder = WebApplication.CreateSlimBuilder([WatchNoFiles, .. MigrateAndEnd.Read(args)]);
        SecretFiles.AddTo(builder.Configuration);
        return builder;
    }

    /// <summary>What is not caught from now on is a fault of ours, and told with all there is to know.</summary>
    internal static void IsOver() => AppDomain.CurrentDomain.UnhandledException -= EndInOneLine;

    /// <summary>The exception's own words and those of its causes.</summary>
    internal static string Reasons(Exception refused)
    {
        var text = refused.Message;
        if (refused.InnerException is { } inner && !text.Contains(inner.Message, StringComparison.Ordinal))
            text += $" ({Reasons(inner)})";
        return text.ReplaceLineEndings(" ");
    }

    private static void EndInOneLine(object sender, UnhandledExceptionEventArgs unhandled) =>
        End(Reasons((Exception)unhandled.ExceptionObject));

    private static void End(string reason)
    {
        // There is no log yet: its settings are among what may have failed.
        Console.WriteLine($"CRT ServiceStart: Refuses to start: {reason}");
        Environment.Exit(ServiceExit.Refused);
    }
}
