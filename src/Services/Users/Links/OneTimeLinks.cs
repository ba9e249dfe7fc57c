using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Users.Links;

/// <summary>Links that work once, for an hour. The database knows their hashes alone.</summary>
internal sealed class OneTimeLinks(IDatabase database, UnitOfWork work, TimeProvider clock)
{
    public const string Confirm = "confirm";
    public const string Reset = "reset";
    public const string Parameter = "link";

    private const int SecretBytes = 32;
    private const int SecretLength = 43; // Of as many bytes, in base64url.
    private static readonly TimeSpan lifetime = TimeSpan.FromHours(1);

    /// <summary>Makes a link in the scope's unit of work; an older one for the same purpose goes.</summary>
    public string Make(string purpose, Guid user)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var now = clock.GetUtcNow();
        End(purpose, user);
        work.Enqueue(
            "insert into links (hash, purpose, user_id, made_at, ends_at) values ($1, $2, $3, $4, $5)",
            HashOf(secret), purpose, user, now, now + lifetime);
        return secret;
    }

    /// <summary>Whose link it is, without using it up.</summary>
    public async Task<Guid?> FindAsync(string purpose, string secret, CancellationToken stop)
    {
        if (secret.Length != SecretLength) return null;
        var found = await database.QueryAsync(
            "select user_id from links where hash = $1 and purpose = $2 and ends_at > $3",
            [HashOf(secret), purpose, clock.GetUtcNow()], row => row.GetGuid(0), stop);
        return found is [var user] ? user : null;
    }

    /// <summary>Uses the link up in the scope's unit of work: of two who try at once one succeeds.</summary>
    public async Task<Guid?> TryUseAsync(string purpose, string secret, CancellationToken stop)
    {
        if (secret.Length != SecretLength) return null;
        var used = await work.QueryAsync(
            "delete from links where hash = $1 and purpose = $2 and ends_at > $3 returning user_id",
            [HashOf(secret), purpose, clock.GetUtcNow()], row => row.GetGuid(0), stop);
        return used is [var user] ? user : null;
    }

    /// <summary>Ends the user's links for the purpose.</summary>
    public void End(string purpose, Guid user) =>
        work.Enqueue("delete from links where user_id = $1 and purpose = $2", user, purpose);

    public void Prune() => work.Enqueue("delete from links where ends_at < $1", clock.GetUtcNow());

    private static string HashOf(string secret) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));
}
