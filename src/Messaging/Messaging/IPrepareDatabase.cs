namespace Tessera.Messaging;

/// <summary>Makes the service's own part of the database ready: its tables, the rows it cannot do without.
/// Registered as singletons, which run one after the other in the order of their registration.</summary>
public interface IPrepareDatabase
{
    /// <summary>Called at the start, after the library's own tables and before anything is received, handled or sent.
    /// While the database is away (<see cref="Store.IMessageStore.IsTransient"/>) it is called again with growing
    /// waits; so it may follow a call that failed in the middle. Whatever else it throws stops the service.</summary>
    Task PrepareAsync(CancellationToken stop);
}
