using System.Data.Common;

namespace Tessera.Messaging.Store;

/// <summary>The service's own database, for reads outside a unit of work.</summary>
public interface IDatabase
{
    /// <summary><c>sqlite</c> or <c>postgres</c>, for the rare statement that the dialects do not share.</summary>
    string Engine { get; }

    /// <summary>Runs one query on its own connection; positional parameters as
    /// in <see cref="IStoreSession"/>.</summary>
    Task<List<T>> QueryAsync<T>(string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop);

    /// <summary>An open connection for Dapper or EF Core reads. The caller disposes it. Not for writes: on SQLite these
    /// would bypass the writer's queue.</summary>
    ValueTask<DbConnection> OpenAsync(CancellationToken stop);
}
