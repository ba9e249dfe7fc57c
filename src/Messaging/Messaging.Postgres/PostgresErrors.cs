using System.Net.Sockets;
using Npgsql;

namespace Tessera.Messaging.Postgres;

/// <summary>Which failures say nothing against the message that was being handled.</summary>
internal static class PostgresErrors
{
    public static bool IsTransient(Exception? failure) => failure switch
    {
        null => false,
        PostgresException refused => IsTransientState(refused.SqlState) || IsStalePlan(refused),
        NpgsqlException or SocketException or IOException or TimeoutException => true,
        AggregateException several => several.InnerExceptions.All(IsTransient),
        // Npgsql answers the use of a connection that broke meanwhile with these two.
        ObjectDisposedException disposed => disposed.ObjectName?.Contains("Npgsql", StringComparison.Ordinal) == true,
        InvalidOperationException invalid when invalid.Source == "Npgsql" =>
            invalid.Message.Contains("Connection is not open", StringComparison.Ordinal)
            || invalid.Message.Contains("Connection is busy", StringComparison.Ordinal),
        _ => IsTransient(failure.InnerException),
    };

    /// <summary>A prepared statement is gone (a pooler moved us, a server changed) or its tables were altered. The pool
    /// must drop its connections; then the same statement works.</summary>
    public static bool IsStalePlan(Exception? failure) => failure switch
    {
        PostgresException refused => refused.SqlState is "26000" or "42P05"
            || (refused.SqlState == "0A000" && refused.MessageText.Contains("cached plan", StringComparison.Ordinal)),
        _ => failure?.InnerException is { } inner && IsStalePlan(inner),
    };

    /// <summary>The server may have refused the values before it ran anything. A broken constraint (class 23), the one
    /// failure that is expected of statements, is met later.</summary>
    public static bool MayBeOfBinding(Exception? failure) => failure switch
    {
        PostgresException refused => !refused.SqlState.StartsWith("23", StringComparison.Ordinal),
        _ => failure?.InnerException is { } inner && MayBeOfBinding(inner),
    };

    /// <summary>By class: 08 connection, 28 and 3D the login (a rotated password, a database not yet there),
    /// 40 rollback (deadlock, serialization), 53 resources (disk full, memory, connections), 57 operator (shutdown,
    /// starting up, cancelled), 58 the system beneath.</summary>
    private static bool IsTransientState(string state) =>
        state[..2] is "08" or "28" or "3D" or "53" or "57" or "58"
        || (state.StartsWith("40", StringComparison.Ordinal) && state != "40002")
        || state is "55P03"     // lock not available
            or "55006"          // object in use
            or "25P03"          // the idle transaction was ended
            or "25006";         // read-only: a standby that has not been promoted yet
}
