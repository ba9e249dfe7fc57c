using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.Users;

/// <summary>Whom any replica of Users has erased lately. The ids of all are kept: what is restored to before an erasure
/// must be told again, whenever that is.</summary>
internal sealed class OwnErasedSource(IDatabase database, MessagingHealth health, TimeProvider clock) : IErasedSource
{
    /// <summary>Twice the longest life that an access token can be configured to have.</summary>
    private static readonly TimeSpan ToldFor = TimeSpan.FromHours(2);

    /// <summary>Before there are tables nobody has been erased; asking for one would be an error in the database's log.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> FetchAsync(CancellationToken stop) => !health.IsDatabasePrepared ? []
        : await database.QueryAsync(
        "select user_id from erased_users where erased_at > $1", [clock.GetUtcNow() - ToldFor],
        row => row.GetGuid(0), stop);
}
