using System.Globalization;
using System.Security.Claims;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>The sign-in that tokens hang on: its session, and when the person last proved who it is, in seconds since
/// 1970 (<c>auth_time</c>, OpenID Connect Core §2).</summary>
internal readonly record struct SignedIn(string? Session, long? At)
{
    public static SignedIn Now(Guid session, DateTimeOffset? at) => new(session.ToString("D"), at?.ToUnixTimeSeconds());

    /// <summary>As the code or the refresh token says.</summary>
    public static SignedIn Of(ClaimsPrincipal given) => new(
        given.GetClaim(TokenPrincipal.Session),
        long.TryParse(given.GetClaim(Claims.AuthenticationTime), CultureInfo.InvariantCulture, out var at) ? at : null);
}
