using System.Security.Claims;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Tessera.ServiceDefaults;

/// <summary>Checks an access token: form, algorithm, key, signature, issuer, audience, lifetime, subject, and that
/// neither its account nor its sign-in has ended.</summary>
/// <remarks>What is known of verified tokens belongs to the keys they were verified with: other keys, other cache. So a
/// check that was under way while the keys changed leaves nothing behind.</remarks>
internal sealed class TokenValidator
{
    public const int LengthMax = 8 * 1024;

    private static readonly TimeSpan clockSkew = TimeSpan.FromSeconds(10);
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly TesseraOptions _tessera;
    private readonly KeySet _keys;
    private readonly EndedTokens _ended;
    private readonly TimeProvider _clock;

    public TokenValidator(
        IOptions<TesseraOptions> tessera, KeySet keys, EndedTokens ended, TimeProvider clock) =>
        (_tessera, _keys, _ended, _clock) = (tessera.Value, keys, ended, clock);

    public ValueTask<TokenVerdict> ValidateAsync(string token, CancellationToken stop)
    {
        if (token.Length > LengthMax || !System.Text.Ascii.IsValid(token))
        {
            return new(TokenVerdict.Refused("it is no token of ours"));
        }
        var hash = TokenCache.HashOf(token);
        return _keys.Current.Verified.Find(hash) is { } known
            ? new(Admit(known))
            : new(VerifyAsync(token, hash, stop));
    }

    private async Task<TokenVerdict> VerifyAsync(string token, TokenHash hash, CancellationToken stop)
    {
        if (!_handler.CanReadToken(token)) return TokenVerdict.Refused("it is malformed");
        JsonWebToken read;
        try
        {
            read = _handler.ReadJsonWebToken(token);
        }
        catch (Exception malformed) when (malformed is ArgumentException or SecurityTokenException)
        {
            return TokenVerdict.Refused("it is malformed");
        }
        if (read.Alg is not (SecurityAlgorithms.RsaSha256 or SecurityAlgorithms.EcdsaSha256))
            return TokenVerdict.Refused("its algorithm is not accepted");
        if (string.IsNullOrEmpty(read.Kid)) return TokenVerdict.Refused("it names no key");
        var trusted = _keys.Current;
        if (!trusted.Keys.TryGetValue(read.Kid, out var key))
        {
            await _keys.RefreshAsync(stop);
            trusted = _keys.Current;
            if (trusted.Keys.Count == 0) return TokenVerdict.KeysUnknown;
            if (!trusted.Keys.TryGetValue(read.Kid, out key)) return TokenVerdict.Refused("its key is not known");
        }
        var verdict = await CheckAsync(read, key);
        if (verdict.Caller is { } caller)
            trusted.Verified.Add(hash, caller, new DateTimeOffset(read.ValidTo, TimeSpan.Zero));
        return verdict;
    }

    private async Task<TokenVerdict> CheckAsync(JsonWebToken token, SecurityKey key)
    {
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = key,
            ValidIssuer = _tessera.PublicUri.AbsoluteUri,
            ValidAudience = _tessera.Audience,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256],
            ValidTypes = ["at+jwt"], // An identity token is no access token (RFC 9068 §2.1).
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            LifetimeValidator = IsInLifetime,
            NameClaimType = "sub",
            RoleClaimType = "role",
        });
        if (!result.IsValid) return TokenVerdict.Refused(Explain(result.Exception));
        if (TokenShape.FaultOf(token) is { } fault) return TokenVerdict.Refused(fault);
        var caller = new ClaimsPrincipal(result.ClaimsIdentity);
        return Guid.TryParse(caller.FindFirstValue("sub"), out _)
            ? Admit(caller)
            : TokenVerdict.Refused("its subject is no user");
    }

    // Asked with each request: the account may have been erased since the token was verified, or the sign-in ended.
    private TokenVerdict Admit(ClaimsPrincipal caller) =>
        _ended.FaultOf(caller) is { } fault ? TokenVerdict.Refused(fault) : TokenVerdict.Accepted(caller);

    private bool IsInLifetime(
        DateTime? from, DateTime? until, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        return until is { } end && end > now && (from is not { } start || start <= now + clockSkew);
    }

    private static string Explain(Exception? failure) => failure switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException => "it has expired or is not valid yet",
        SecurityTokenInvalidIssuerException => "its issuer is another",
        SecurityTokenInvalidAudienceException => "its audience is another",
        SecurityTokenInvalidTypeException => "it is no access token",
        _ => "its signature does not fit",
    };
}

/// <summary>The named ends of a token check.</summary>
internal sealed record TokenVerdict(ClaimsPrincipal? Caller, string? Reason, bool AreKeysUnknown = false)
{
    public static readonly TokenVerdict KeysUnknown = new(null, "no key is known yet", AreKeysUnknown: true);
    public static TokenVerdict Accepted(ClaimsPrincipal caller) => new(caller, null);
    public static TokenVerdict Refused(string reason) => new(null, reason);
}
