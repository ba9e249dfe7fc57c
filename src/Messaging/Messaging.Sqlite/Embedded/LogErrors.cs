using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Sqlite;

/// <summary>Says what a failure of the log's file means and what to do.</summary>
internal static class LogErrors
{
    public static Exception Translate(Exception failure, string file, long sizeBytesMax) => failure switch
    {
        SqliteException sqlite => new TransportUnavailableException(Text(sqlite, file, sizeBytesMax), sqlite),
        IOException or UnauthorizedAccessException =>
            new TransportUnavailableException($"The embedded log {file} cannot be opened: {failure.Message}", failure),
        _ => failure,
    };

    private static string Text(SqliteException failure, string file, long sizeBytesMax) =>
        failure.SqliteErrorCode switch
        {
            raw.SQLITE_FULL =>
                $"The embedded log {file} cannot grow: its disk is full, " +
                $"or it has reached Messaging:Embedded:SizeBytesMax ({sizeBytesMax}). Free space, raise the limit, " +
                "or start the subscriber that has not read.",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => $"The embedded log {file} is locked: {failure.Message}",
            raw.SQLITE_CANTOPEN =>
                $"The embedded log {file} (Messaging:Embedded:File) cannot be opened: {failure.Message}",
            raw.SQLITE_READONLY => $"The embedded log {file} cannot be written: {failure.Message}",
            raw.SQLITE_IOERR => $"The disk of the embedded log {file} fails: {failure.Message}",
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
                $"The embedded log {file} is damaged or no SQLite file: {failure.Message}",
            _ => $"The embedded log {file} cannot be used: {failure.Message}",
        };
}
