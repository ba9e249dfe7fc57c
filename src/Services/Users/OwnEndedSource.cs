using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.Users;

/// <summary>What any replica of Users has erased or ended lately. The ids of all who were erased are kept: what is
/// restored to before an erasure must be told again, whenever that is.</summary>
internal sealed class OwnEndedSource(IDatabase database, MessagingHealth health, TimeProvider clock) : IEndedSource
{
    /// <summary>Twice the longest life that an access token can be configured to have.</summary>
    private static readonly TimeSpan ToldFor = TimeSpan.FromHours(2);

    /// <summary>Before there are tables nobody has been erased; asking for one would be an error in the database's log.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> FetchErasedAsync(CancellationToken stop) => !health.IsDatabasePrepared ? []
        : await database.QueryAsync(
        "select user_id from erased_users where erased_at > $1", [clock.GetUtcNow() - ToldFor],
        row => row.GetGuid(0), stop);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EndedSignIn>> FetchSignInsAsync(DateTimeOffset? since, CancellationToken stop) =>
        !health.IsDatabasePrepared ? [] : await database.QueryAsync(
            "select id, ended_at from ended_sign_ins where ended_at >= $1",
            [since ?? clock.GetUtcNow() - EndedSignIns.KeptFor],
            row => new EndedSignIn(row.GetString(0), row.GetTime(1)), stop);
}
