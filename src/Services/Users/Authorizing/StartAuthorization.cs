using System.Collections.Immutable;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using Tessera.Messaging.EntityFramework;
using Tessera.Users.Sessions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>What a person has allowed a client: for one sign-in, on which its tokens hang, or, at a page that asks, for
/// good.</summary>
internal sealed class StartAuthorization(
    IOpenIddictAuthorizationManager authorizations, UsersDb tokenServer, AccountStore accounts, SessionStore sessions)
{
    /// <summary>In the scope's unit of work, which the token server commits with the codes it makes. Null when the
    /// account is gone or the sign-in has ended.</summary>
    /// <returns>The id of the authorization.</returns>
    public async Task<string?> TryBeginAsync(
        Guid user, ClientScopes client, ImmutableArray<string> scopes, Guid session, CancellationToken stop)
    {
        await accounts.Work.BeginAsync(stop);
        if (!await accounts.TryLockAsync(user, stop) || !await sessions.TryHoldAsync(user, session, stop)) return null;
        await tokenServer.JoinAsync(accounts.Work, stop);
        var made = await CreateAsync(user, client, scopes, AuthorizationTypes.AdHoc, stop);
        var id = (await authorizations.GetIdAsync(made, stop))!;
        var text = session.ToString("D");
        await tokenServer.Authorizations.Where(row => row.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(row => EF.Property<string?>(row, UsersDb.SessionId), text), stop);
        return id;
    }

    /// <summary>The person was asked, and need not be asked again.</summary>
    public async Task RememberConsentAsync(
        Guid user, ClientScopes client, ImmutableArray<string> scopes, CancellationToken stop) =>
        await CreateAsync(user, client, scopes, AuthorizationTypes.Permanent, stop);

    public async Task<bool> HasConsentedAsync(
        Guid user, ClientScopes client, ImmutableArray<string> scopes, CancellationToken stop)
    {
        var found = authorizations.FindAsync(
            user.ToString("D"), client.Row, Statuses.Valid, AuthorizationTypes.Permanent, scopes, stop);
        await foreach (var _ in found) return true;
        return false;
    }

    private ValueTask<object> CreateAsync(
        Guid user, ClientScopes client, ImmutableArray<string> scopes, string type, CancellationToken stop)
    {
        var subject = user.ToString("D");
        var identity = new ClaimsIdentity("authorization");
        identity.SetClaim(Claims.Subject, subject);
        return authorizations.CreateAsync(identity, subject, client.Row, type, scopes, stop);
    }
}
