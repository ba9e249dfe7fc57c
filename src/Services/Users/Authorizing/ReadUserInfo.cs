using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>/connect/userinfo (OpenID Connect Core §5.3): of the person, what the token's scopes allow.</summary>
internal static class ReadUserInfo
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static async Task<IResult> Handle(HttpContext context, AccountStore accounts, CancellationToken stop)
    {
        var caller = (await context.AuthenticateAsync(Scheme)).Principal;
        // The token server looks at less than every service does: neither at the audience nor at when a token begins.
        if (caller is null || !(await context.AuthenticateAsync()).Succeeded
            || !Guid.TryParse(caller.GetClaim(Claims.Subject), out var id)
            || await accounts.FindAsync(id, stop) is not { } account)
        {
            return Results.Challenge(
                new AuthenticationProperties(new Dictionary<string, string?>
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidToken,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = "The token is for no account.",
                }),
                [Scheme]);
        }
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [Claims.Subject] = account.Id.ToString("D"),
        };
        if (caller.HasScope(Scopes.Email) && account.Email is { } email) claims[Claims.Email] = email;
        if (caller.HasScope(Scopes.Profile) && account.Name is { } name) claims[Claims.Name] = name;
        return Results.Json(claims);
    }
}
