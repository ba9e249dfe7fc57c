namespace Tessera.Users.Passkeys;

/// <summary>The public half of a key that an authenticator keeps.</summary>
/// <param name="Id">As the authenticator names it, in base64url.</param>
/// <param name="PublicKey">COSE.</param>
internal sealed record Passkey(
    string Id, Guid User, byte[] PublicKey, uint SignCount, string Name, DateTimeOffset MadeAt, DateTimeOffset? UsedAt);
