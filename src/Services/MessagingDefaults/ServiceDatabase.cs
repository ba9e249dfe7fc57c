using DbUp.Builder;

namespace Tessera.MessagingDefaults;

/// <summary>How to bring the schema of the service's own database up to date.</summary>
internal abstract class ServiceDatabase
{
    public abstract string Engine { get; }

    /// <summary>Comes before each script that runs in a transaction.</summary>
    public virtual string Begin => "";

    public abstract UpgradeEngineBuilder Upgrade(SupportedDatabases to);

    /// <summary>Keeps other replicas from applying the schema at the same time, until disposed.</summary>
    public abstract Task<IAsyncDisposable> LockSchemaAsync(CancellationToken stop);
}
