namespace Tessera.MessagingDefaults;

/// <summary>Replicas that start together do what is not to be done twice one after the other, as they apply the
/// schema.</summary>
public sealed class StartLock
{
    private readonly ServiceDatabase _database;

    internal StartLock(ServiceDatabase database) => _database = database;

    /// <summary>Holds the others back, of whatever machine, until disposed or until this process ends. Not within a
    /// transaction: on PostgreSQL it is a connection of its own.</summary>
    /// <exception cref="IOException">On SQLite: another process held it for a minute.</exception>
    /// <exception cref="System.Data.Common.DbException">On PostgreSQL: the same, or the database is away.</exception>
    public Task<IAsyncDisposable> TakeAsync(CancellationToken stop) => _database.LockSchemaAsync(stop);
}
