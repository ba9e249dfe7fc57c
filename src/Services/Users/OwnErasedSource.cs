using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.Users;

/// <summary>Whom any replica of Users has erased lately.</summary>
internal sealed class OwnErasedSource(IDatabase database, TimeProvider clock) : IErasedSource
{
    /// <summary>Twice the longest life that an access token can be configured to have.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(2);

    public async Task<IReadOnlyList<Guid>> FetchAsync(CancellationToken stop) => await database.QueryAsync(
        "select user_id from erased_users where erased_at > $1", [clock.GetUtcNow() - KeptFor],
        row => row.GetGuid(0), stop);
}
