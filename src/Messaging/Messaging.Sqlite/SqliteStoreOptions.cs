using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging.Sqlite;

/// <summary>The service's own database in one SQLite file.</summary>
public sealed class SqliteStoreOptions
{
    public const string Section = "Database";

    /// <summary>The database file (key <c>Database:File</c>); created when it is not there. On a local disk: SQLite's
    /// write-ahead log does not work over network file systems.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "Database:File is missing: name the service's database file.")]
    public string File { get; set; } = "";

    /// <summary>How long a transaction waits for its turn to write, behind those of this and other processes.
    /// When it is over, the failure is transient (<see cref="Store.IMessageStore.IsTransient"/>).</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00",
        ErrorMessage = "Database:WriteTimeout must lie between 10 ms and 10 min.")]
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Connections kept for reads that run beside the writer.</summary>
    [Range(1, 64, ErrorMessage = "Database:ReadConnections must lie between 1 and 64.")]
    public int ReadConnections { get; set; } = 4;

    /// <summary>Prepared statements kept per connection.</summary>
    [Range(16, 4096, ErrorMessage = "Database:StatementsMax must lie between 16 and 4096.")]
    public int StatementsMax { get; set; } = 256;
}
