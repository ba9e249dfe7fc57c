using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;

namespace Tessera.Messaging.EntityFramework;

/// <summary>
/// Commits the save's own unit of work where EF Core would commit a transaction of its own: once the statements have
/// run, and before it takes the changes for saved. A commit that fails after that would leave a context that has
/// nothing more to save, and events without their rows for the next try.
/// </summary>
internal sealed class CommitBeforeAccepting(
    DatabaseDependencies dependencies, RelationalDatabaseDependencies relational, ICurrentDbContext current)
    : RelationalDatabase(dependencies, relational)
{
    public override Task<int> SaveChangesAsync(
        IList<IUpdateEntry> entries, CancellationToken cancellationToken = default) =>
        SaveInUnitOfWork.Of(current.Context).SaveAsync(
            current.Context, () => base.SaveChangesAsync(entries, cancellationToken), cancellationToken);
}
