using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Tessera.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>POST /connect/token (RFC 6749 §4.3, §6). Its errors have the form of RFC 6749 §5.2.</summary>
internal static class IssueToken
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static async Task<IResult> Handle(
        HttpContext context, CheckPassword passwords, AccountStore accounts, RefreshChain chain,
        IOptions<TesseraOptions> tessera, CancellationToken stop)
    {
        var request = context.GetOpenIddictServerRequest()
            ?? throw new InvalidOperationException("The token endpoint was reached around the token server.");
        if (request.IsPasswordGrantType())
        {
            if (request.Password!.Length > CheckPassword.LengthMax)
                return Refuse("The email or the password is wrong.");
            var key = SignInKey.Of(request.Username!, context, tessera.Value);
            if (await passwords.TryAsync(request.Username!, request.Password, key, stop) is not { } account)
            {
                return Refuse(
                    "The email or the password is wrong, or too many wrong ones came from this network just now.");
            }
            // The account's row is held until the tokens are stored: an erasure comes before them or finds them.
            await accounts.Work.BeginAsync(stop);
            return await accounts.TryKeepPasswordHashAsync(account, stop)
                ? SignIn(account, request.GetScopes(), tessera.Value.Audience)
                : Refuse("The account is gone, or its password was changed.");
        }
        if (request.IsRefreshTokenGrantType())
        {
            var refreshed = (await context.AuthenticateAsync(Scheme)).Principal;
            if (refreshed is null || !Guid.TryParse(refreshed.GetClaim(Claims.Subject), out var id)
                || await accounts.FindAsync(id, stop) is not { } account)
            {
                return Refuse("The account is gone.");
            }
            // The successor is stored, and all of it committed, while the token server makes its answer.
            await accounts.Work.BeginAsync(stop);
            return refreshed.GetTokenId() is { } token && refreshed.GetAuthorizationId() is { } authorization
                && await chain.TryRedeemAsync(token, authorization, stop)
                ? SignIn(account, refreshed.GetScopes(), tessera.Value.Audience, refreshed)
                : Refuse("The sign-in has ended.");
        }
        throw new InvalidOperationException($"The grant {request.GrantType} is allowed but not handled.");
    }

    private static IResult SignIn(
        Account account, IEnumerable<string> scopes, string audience, ClaimsPrincipal? refreshed = null)
    {
        var identity = new ClaimsIdentity(Scheme, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, account.Id.ToString("D"));
        foreach (var role in account.Roles) identity.AddClaim(Claims.Role, role);
        identity.SetScopes(scopes);
        identity.SetResources(audience);
        if (refreshed?.GetAuthorizationId() is { } authorization) identity.SetAuthorizationId(authorization);
        identity.SetDestinations(_ => [Destinations.AccessToken]);
        return Results.SignIn(new ClaimsPrincipal(identity), properties: null, Scheme);
    }

    private static IResult Refuse(string description) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidGrant,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }),
        [Scheme]);
}
