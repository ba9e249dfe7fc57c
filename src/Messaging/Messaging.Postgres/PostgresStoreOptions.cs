using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging.Postgres;

/// <summary>Where the service's database is and how long anything may wait for it.</summary>
public sealed class PostgresStoreOptions
{
    public const string Section = "Database";

    /// <summary>An Npgsql connection string. What it says of the settings below is overridden by them.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage =
        "Database:ConnectionString is empty. Give an Npgsql connection string, " +
        "such as Host=db;Database=orders;Username=orders.")]
    public string ConnectionString { get; set; } = "";

    /// <summary>Connections of this process at most, default 24: more only queue up inside the server.</summary>
    [Range(2, 1000)] public int PoolSizeMax { get; set; } = 24;

    /// <summary>How long a statement may run, waiting for locks included. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long to wait for a connection, new or from the pool. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>After this long without a statement the server ends an open transaction of ours. It frees the locks
    /// of a process that froze or whose network is gone, so that another can take its partitions over. Default 8 s,
    /// which is less than the 10 s in which a takeover is promised.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan IdleInTransactionTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Whether statements are prepared once per connection. Default true; switch off behind a transaction
    /// pooler that does not know prepared statements (PgBouncer before 1.21).</summary>
    public bool PreparedStatements { get; set; } = true;

    /// <summary>
    /// Whether the service's own statements, those of its unit of work and of <c>IDatabase.QueryAsync</c>, go by an
    /// index wherever there is one, as the library's do: no sequential scan, no hash or merge join, no compiling. Plans
    /// that were made over a table while it was empty stay good while it grows; statements that read whole tables get
    /// slower. Default false: the server plans them as it is set.
    /// </summary>
    public bool PlanByIndex { get; set; }
}
