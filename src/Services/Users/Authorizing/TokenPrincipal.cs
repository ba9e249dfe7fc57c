using System.Security.Claims;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Tessera.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>What the token server is told of whom it makes tokens for.</summary>
internal static class TokenPrincipal
{
    public const string Session = "sid";
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    private static readonly string[] ofThemselves =
        [OpenIddictConstants.Scopes.OpenId, OpenIddictConstants.Scopes.OfflineAccess,
            OpenIddictConstants.Scopes.Profile, OpenIddictConstants.Scopes.Email];

    /// <param name="scopes">As asked for and allowed to the client.</param>
    public static ClaimsPrincipal OfPerson(
        Account account, IEnumerable<string> scopes, string audience, string? authorization, SignedIn signedIn)
    {
        var identity = New(account.Id.ToString("D"), account.Roles, audience);
        var ofRole = account.Roles.SelectMany(ServiceDefaults.Scopes.OfRole).Concat(ofThemselves);
        identity.SetScopes(scopes.Intersect(ofRole, StringComparer.Ordinal));
        if (authorization is not null) identity.SetAuthorizationId(authorization);
        if (signedIn.Session is { } session) identity.SetClaim(Session, session);
        if (signedIn.At is { } at) identity.SetClaim(Claims.AuthenticationTime, at);
        identity.SetDestinations(claim => claim.Type switch
        {
            Claims.Subject or Session => [Destinations.AccessToken, Destinations.IdentityToken],
            Claims.AuthenticationTime => [Destinations.IdentityToken],
            _ => [Destinations.AccessToken],
        });
        return new ClaimsPrincipal(identity);
    }

    /// <param name="client">The id of its row, which is the subject: no person stands behind the token (RFC 9068 §2.2).
    /// </param>
    public static ClaimsPrincipal OfMachine(string client, IEnumerable<string> scopes, string audience)
    {
        var identity = New(client, [Policies.MachineRole], audience);
        identity.SetScopes(scopes.Where(scope => scope != OpenIddictConstants.Scopes.OfflineAccess));
        identity.SetDestinations(_ => [Destinations.AccessToken]);
        return new ClaimsPrincipal(identity);
    }

    /// <summary>The scopes that are meant: the client's own say, or, when a client of the store names nothing that is
    /// to be done, all that it may.</summary>
    public static IEnumerable<string> Meant(IReadOnlyList<string> asked, bool isOwn, IEnumerable<string> allowed) =>
        isOwn && asked.All(ofThemselves.Contains) ? asked.Concat(allowed) : asked;

    private static ClaimsIdentity New(string subject, IEnumerable<string> roles, string audience)
    {
        var identity = new ClaimsIdentity(Scheme, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, subject);
        foreach (var role in roles) identity.AddClaim(Claims.Role, role);
        identity.SetResources(audience);
        return identity;
    }
}
