namespace Tessera.ServiceDefaults;

/// <summary>Brings the service's database up to date, for a process that does nothing else.</summary>
public interface IMigrateDatabase
{
    /// <summary>Waits for a database that is away, within a bound.</summary>
    Task MigrateAsync(CancellationToken stop);
}
