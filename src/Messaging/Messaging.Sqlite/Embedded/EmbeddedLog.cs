namespace Tessera.Messaging.Sqlite;

/// <summary>What the parts of one process share: the log's file, its writer, its watch, its streams.</summary>
internal sealed class EmbeddedLog : IDisposable
{
    public EmbeddedLog(EmbeddedTransportOptions options, TimeProvider clock)
    {
        Options = options;
        Clock = clock;
        File = Path.GetFullPath(options.File);
        Bell = new LogBell(File, clock);
        Watch = new LogWatch(File, Bell, clock);
        Writer = new LogWriter(File, options.SendTimeout, options.SizeBytesMax, Announce, clock);
    }

    public EmbeddedTransportOptions Options { get; }

    public TimeProvider Clock { get; }

    public string File { get; }

    public LogWriter Writer { get; }

    public LogBell Bell { get; }

    public LogWatch Watch { get; }

    public LogStreams Streams { get; } = new();

    /// <summary>A connection of the caller's own that cannot write.</summary>
    public SqliteLink OpenReader()
    {
        var link = SqliteLink.Open(File, busyTimeoutMilliseconds: 1000, statementsMax: 32);
        link.Execute("PRAGMA query_only = ON");
        return link;
    }

    public void Dispose()
    {
        Writer.Dispose();
        Watch.Dispose();
        Bell.Dispose();
    }

    private void Announce()
    {
        Watch.Look();
        Bell.Ring();
    }
}
