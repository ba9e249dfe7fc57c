using System.Security.Cryptography;
using System.Text;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Users.SecondFactor;

/// <summary>Whose authenticator app shares a secret with us. Writes happen in the scoped unit of work.</summary>
internal sealed class SecondFactorStore(IDatabase database, UnitOfWork work, TimeProvider clock)
{
    /// <returns>The sealed secret; null when the user has no second factor.</returns>
    public async Task<string?> FindSecretAsync(Guid user, CancellationToken stop) => (await database.QueryAsync(
        "select sealed_secret from second_factors where user_id = $1", [user], row => row.GetString(0), stop))
        .SingleOrDefault();

    public async Task<long> CountRecoveryCodesAsync(Guid user, CancellationToken stop) => (await database.QueryAsync(
        "select count(*) from recovery_codes where user_id = $1", [user], row => row.GetInt64(0), stop))[0];

    /// <summary>False when the user has one already.</summary>
    /// <param name="step">Of the code that proved the app: it is not taken again.</param>
    public async Task<bool> TryAddAsync(
        Guid user, string sealedSecret, long step, IEnumerable<string> recoveryCodes, CancellationToken stop)
    {
        if (await work.ExecuteAsync(
            """
            insert into second_factors (user_id, sealed_secret, made_at, last_step) values ($1, $2, $3, $4)
            on conflict (user_id) do nothing
            """,
            [user, sealedSecret, clock.GetUtcNow(), step], stop) == 0)
        {
            return false;
        }
        work.Enqueue("delete from recovery_codes where user_id = $1", user);
        foreach (var code in recoveryCodes)
            work.EnqueueOne("insert into recovery_codes (hash, user_id) values ($1, $2)", HashOf(code), user);
        return true;
    }

    /// <summary>Takes the code of a time step once: false for one of that step or of one before the last.</summary>
    public async Task<bool> TryUseStepAsync(Guid user, long step, CancellationToken stop) => await work.ExecuteAsync(
        "update second_factors set last_step = $2 where user_id = $1 and last_step < $2", [user, step], stop) == 1;

    public async Task<bool> TryUseRecoveryCodeAsync(Guid user, string code, CancellationToken stop) =>
        await work.ExecuteAsync(
            "delete from recovery_codes where hash = $1 and user_id = $2", [HashOf(code), user], stop) == 1;

    public void Remove(Guid user)
    {
        work.Enqueue("delete from second_factors where user_id = $1", user);
        work.Enqueue("delete from recovery_codes where user_id = $1", user);
    }

    // Nearly fifty random bits cannot be guessed from their hash, so it needs no slow one.
    private static string HashOf(string code) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(code)));
}
