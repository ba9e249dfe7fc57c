using System.Buffers.Text;
using System.Security.Cryptography;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Users.Passkeys;

/// <summary>The passkeys in the database. Writes happen in the scoped unit of work.</summary>
internal sealed class PasskeyStore(IDatabase database, UnitOfWork work, TimeProvider clock)
{
    /// <summary>More nobody has, and each is one more way in.</summary>
    public const int CountMax = 10;

    private const string Columns = "id, user_id, public_key, sign_count, name, made_at, used_at";

    public async Task<Passkey?> FindAsync(string id, CancellationToken stop) => (await database.QueryAsync(
        $"select {Columns} from passkeys where id = $1", [id], Read, stop)).SingleOrDefault();

    public Task<List<Passkey>> ListAsync(Guid user, CancellationToken stop) => database.QueryAsync(
        $"select {Columns} from passkeys where user_id = $1 order by made_at, id", [user], Read, stop);

    /// <summary>False when the authenticator has registered this key before, with whichever account.</summary>
    public async Task<bool> TryAddAsync(Passkey passkey, CancellationToken stop) => await work.ExecuteAsync(
        $"insert into passkeys ({Columns}) values ($1, $2, $3, $4, $5, $6, null) on conflict do nothing",
        [
            passkey.Id, passkey.User, Base64Url.EncodeToString(passkey.PublicKey), (long)passkey.SignCount,
            passkey.Name, passkey.MadeAt,
        ],
        stop) == 1;

    /// <summary>Notes the use. False when the key is gone, or was used with this count or a higher one meanwhile: an
    /// authenticator that counts has been copied then.</summary>
    public async Task<bool> TryNoteUseAsync(Passkey passkey, uint signCount, CancellationToken stop) =>
        await work.ExecuteAsync(
            """
            update passkeys set sign_count = $2, used_at = $3
            where id = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0))
            """,
            [passkey.Id, (long)signCount, clock.GetUtcNow()], stop) == 1;

    public async Task<bool> TryRemoveAsync(Guid user, string id, CancellationToken stop) =>
        await work.ExecuteAsync("delete from passkeys where id = $1 and user_id = $2", [id, user], stop) == 1;

    /// <summary>Of many who come with what was signed for the same challenge one goes on.</summary>
    public async Task<bool> TryUseChallengeAsync(byte[] challenge, TimeSpan lifetime, CancellationToken stop) =>
        await work.ExecuteAsync(
            "insert into used_challenges (hash, ends_at) values ($1, $2) on conflict do nothing",
            [Convert.ToHexStringLower(SHA256.HashData(challenge)), clock.GetUtcNow() + lifetime], stop) == 1;

    public void Prune() => work.Enqueue("delete from used_challenges where ends_at < $1", clock.GetUtcNow());

    private static Passkey Read(StoreReader row) => new(
        row.GetString(0), row.GetGuid(1), Base64Url.DecodeFromChars(row.GetString(2)), (uint)row.GetInt64(3),
        row.GetString(4), row.GetTime(5), row.GetTimeOrNull(6));
}
