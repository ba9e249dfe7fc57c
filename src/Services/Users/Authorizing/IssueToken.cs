using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Tessera.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>POST /connect/token (RFC 6749 §4.1.3, §4.4, §6, RFC 8628 §3.4). Its errors have the form of RFC 6749 §5.2.
/// </summary>
internal static class IssueToken
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static Task<IResult> Handle(
        HttpContext context, AccountStore accounts, RefreshChain chain, ClientStore clients,
        IOptions<TesseraOptions> tessera, CancellationToken stop)
    {
        var request = context.GetOpenIddictServerRequest()
            ?? throw new InvalidOperationException("The token endpoint was reached around the token server.");
        var audience = tessera.Value.Audience;
        if (request.IsClientCredentialsGrantType()) return ForMachineAsync(request, clients, audience, stop);
        if (request.IsRefreshTokenGrantType()) return RefreshAsync(context, accounts, chain, audience, stop);
        if (request.IsAuthorizationCodeGrantType() || request.IsDeviceCodeGrantType())
            return ForCodeAsync(context, accounts, chain, audience, stop);
        throw new InvalidOperationException($"The grant {request.GrantType} is allowed but not handled.");
    }

    private static async Task<IResult> ForMachineAsync(
        OpenIddictRequest request, ClientStore clients, string audience, CancellationToken stop)
    {
        // The secret has been checked, and that the client may have the scopes it names.
        var client = await clients.FindScopesAsync(request.ClientId!, stop)
            ?? throw new InvalidOperationException($"The client {request.ClientId} is gone.");
        var asked = request.GetScopes();
        return Results.SignIn(
            TokenPrincipal.OfMachine(client.Row, asked.Length == 0 ? client.Allowed : asked, audience),
            properties: null, Scheme);
    }

    private static async Task<IResult> RefreshAsync(
        HttpContext context, AccountStore accounts, RefreshChain chain, string audience, CancellationToken stop)
    {
        var refreshed = (await context.AuthenticateAsync(Scheme)).Principal;
        if (refreshed is null || !Guid.TryParse(refreshed.GetClaim(Claims.Subject), out var id)
            || await accounts.FindAsync(id, stop) is not { } account)
        {
            return Refuse("The account is gone.");
        }
        // The successor is stored, and all of it committed, while the token server makes its answer.
        await accounts.Work.BeginAsync(stop);
        if (refreshed.GetTokenId() is not { } token || refreshed.GetAuthorizationId() is not { } authorization
            || !await chain.TryRedeemAsync(token, authorization, stop))
        {
            return Refuse("The sign-in has ended.");
        }
        // All of them, also when fewer are asked for: the token server gives the access token those alone, and the
        // next refresh token is for as much as this one (RFC 6749 §6).
        return Results.SignIn(
            TokenPrincipal.OfPerson(
                account, refreshed.GetScopes(), audience, authorization, SignedIn.Of(refreshed)),
            properties: null, Scheme);
    }

    private static async Task<IResult> ForCodeAsync(
        HttpContext context, AccountStore accounts, RefreshChain chain, string audience, CancellationToken stop)
    {
        var given = (await context.AuthenticateAsync(Scheme)).Principal;
        if (given is null || !Guid.TryParse(given.GetClaim(Claims.Subject), out var id)
            || given.GetTokenId() is not { } code || given.GetAuthorizationId() is not { } authorization)
        {
            return Refuse("The code is for nobody.");
        }
        // The account's row is held until the tokens are stored: an erasure comes before them or finds them.
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryLockAsync(id, stop) || await accounts.FindAsync(id, stop) is not { } account)
            return Refuse("The account is gone.");
        if (!await chain.TryRedeemCodeAsync(code, authorization, stop))
        {
            // Whoever comes second has stolen the code, or the first has: all that it gave ends (RFC 6749 §4.1.2).
            await accounts.Work.DisposeAsync();
            await chain.EndAsync(authorization, stop);
            return Refuse("The code was used before.");
        }
        return Results.SignIn(
            TokenPrincipal.OfPerson(
                account, given.GetScopes(), audience, authorization, SignedIn.Of(given)),
            properties: null, Scheme);
    }

    private static IResult Refuse(string description) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidGrant,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }),
        [Scheme]);
}
