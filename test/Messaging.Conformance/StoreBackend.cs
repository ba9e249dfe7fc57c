using Microsoft.Extensions.Options;
using Tessera.Messaging.Store;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>One database engine to run the store suites against: a class fixture of the bound suites.</summary>
public abstract class StoreBackend : IAsyncLifetime
{
    /// <summary>What every store is opened with: no key is held for longer than a day.</summary>
    public static IOptions<OutboxOptions> Outbox { get; } =
        Options.Create(new OutboxOptions { HeldKeyDelayMax = TimeSpan.FromDays(1) });

    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Why the database cannot be had here and how to get it; null when it is there.</summary>
    public virtual string? Missing => null;

    /// <summary>An empty database, as a service of its own would have; dropped when disposed.</summary>
    public abstract Task<StoreDatabase> NewDatabaseAsync();

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>One database that several processes may open.</summary>
public abstract class StoreDatabase : IAsyncDisposable
{
    /// <summary>A store with its database as another process would have it: own connections, not prepared.</summary>
    public abstract (IMessageStore Store, IDatabase Database) Open();

    /// <summary>What a broken connection, a lock that is not to be had, or a lack of space looks
    /// like on this engine.</summary>
    public abstract IEnumerable<Exception> TransientFailures();

    public abstract ValueTask DisposeAsync();
}
