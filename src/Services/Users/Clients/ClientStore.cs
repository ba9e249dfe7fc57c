using System.Collections.Immutable;
using System.Security.Cryptography;
using OpenIddict.Abstractions;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Users.Contracts;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>The clients, in the token server's own form.</summary>
internal sealed class ClientStore(
    IOpenIddictApplicationManager applications, UnitOfWork work, IDatabase database, EndTokens tokens)
{
    public static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))
        .TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>Adds the client and never changes one: of two who add the same at once one succeeds.</summary>
    public async Task<bool> TryAddAsync(ClientSettings client, CancellationToken stop)
    {
        // One after the other: the database would refuse the second, and EF Core logs that as an error with the whole
        // statement. On SQLite the transactions that write exclude each other anyway.
        await work.BeginAsync(stop);
        if (database.Engine == "postgres")
            await work.ExecuteAsync("lock table \"OpenIddictApplications\" in share row exclusive mode", [], stop);
        // Not asked of the manager, which would remember that it was not there.
        var known = await work.QueryAsync(
            "select 1 from \"OpenIddictApplications\" where \"ClientId\" = $1", [client.Id],
            row => row.GetInt64(0), stop);
        if (known.Count > 0) return false;
        await applications.CreateAsync(Describe(client), stop);
        await work.CommitAsync(stop);
        return true;
    }

    /// <summary>Stores the client as it is said now. A secret that is known already is not hashed again.</summary>
    public async Task PutAsync(ClientSettings client, CancellationToken stop)
    {
        var descriptor = Describe(client);
        if (await applications.FindByClientIdAsync(client.Id, stop) is not { } known)
        {
            await applications.CreateAsync(descriptor, stop);
            return;
        }
        var before = new OpenIddictApplicationDescriptor();
        await applications.PopulateAsync(before, known, stop);
        var isSecretKnown = client.IsPublic
            ? before.ClientType == ClientTypes.Public
            : before.ClientType == ClientTypes.Confidential
                && await applications.ValidateClientSecretAsync(known, client.Secret!, stop);
        if (isSecretKnown && IsSame(before, descriptor)) return;
        await applications.UpdateAsync(known, descriptor, stop);
    }

    public async Task<List<ClientView>> ListAsync(CancellationToken stop)
    {
        var views = new List<ClientView>();
        await foreach (var application in applications.ListAsync(cancellationToken: stop))
            views.Add(await ViewAsync(application, stop));
        return [.. views.OrderBy(view => view.Id, StringComparer.Ordinal)];
    }

    public async Task<ClientView?> FindAsync(string id, CancellationToken stop) =>
        await applications.FindByClientIdAsync(id, stop) is { } application
            ? await ViewAsync(application, stop)
            : null;

    /// <summary>The id of the client's row, whether it is the store's own or can keep no secret, and what it may ask
    /// for.</summary>
    public async Task<ClientScopes?> FindScopesAsync(string id, CancellationToken stop)
    {
        if (await applications.FindByClientIdAsync(id, stop) is not { } application) return null;
        var known = new OpenIddictApplicationDescriptor();
        await applications.PopulateAsync(known, application, stop);
        return new ClientScopes(
            (await applications.GetIdAsync(application, stop))!, known.DisplayName ?? id,
            known.ConsentType == ConsentTypes.Implicit, known.ClientType == ClientTypes.Public, ScopesOf(known));
    }

    /// <summary>Removes the client with all that was issued to it. What it holds already is refused from when the
    /// processes have heard of it.</summary>
    public async Task<bool> TryRemoveAsync(string id, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        if (await applications.FindByClientIdAsync(id, stop) is not { } application) return false;
        await tokens.OfClientAsync((await applications.GetIdAsync(application, stop))!, stop);
        await applications.DeleteAsync(application, stop);
        await work.CommitAsync(stop);
        return true;
    }

    private async Task<ClientView> ViewAsync(object application, CancellationToken stop)
    {
        var known = new OpenIddictApplicationDescriptor();
        await applications.PopulateAsync(known, application, stop);
        return new ClientView(
            known.ClientId!, known.DisplayName ?? known.ClientId!, known.ClientType == ClientTypes.Public,
            known.ConsentType == ConsentTypes.Implicit,
            Named(known, Permissions.Prefixes.GrantType), ScopesOf(known),
            [.. known.RedirectUris.Select(uri => uri.OriginalString)],
            [.. known.PostLogoutRedirectUris.Select(uri => uri.OriginalString)]);
    }

    private static ImmutableArray<string> ScopesOf(OpenIddictApplicationDescriptor client) =>
        [.. Named(client, Permissions.Prefixes.Scope).Intersect(ServiceDefaults.Scopes.All)];

    private static ImmutableArray<string> Named(OpenIddictApplicationDescriptor client, string prefix) =>
        [.. client.Permissions.Where(permission => permission.StartsWith(prefix, StringComparison.Ordinal))
            .Select(permission => permission[prefix.Length..]).Order(StringComparer.Ordinal)];

    private static bool IsSame(OpenIddictApplicationDescriptor before, OpenIddictApplicationDescriptor now) =>
        before.DisplayName == now.DisplayName && before.ConsentType == now.ConsentType
        && before.Permissions.SetEquals(now.Permissions) && before.Requirements.SetEquals(now.Requirements)
        && before.RedirectUris.SetEquals(now.RedirectUris)
        && before.PostLogoutRedirectUris.SetEquals(now.PostLogoutRedirectUris);

    private static OpenIddictApplicationDescriptor Describe(ClientSettings client)
    {
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = client.Id,
            ClientSecret = client.IsPublic ? null : client.Secret,
            ClientType = client.IsPublic ? ClientTypes.Public : ClientTypes.Confidential,
            ApplicationType = client.IsPublic ? ApplicationTypes.Native : ApplicationTypes.Web,
            ConsentType = client.IsOwn ? ConsentTypes.Implicit : ConsentTypes.Explicit,
            DisplayName = client.Name.Length > 0 ? client.Name : client.Id,
        };
        descriptor.Permissions.Add(Permissions.Endpoints.Token);
        descriptor.Permissions.Add(Permissions.Endpoints.Revocation);
        if (!client.IsPublic) descriptor.Permissions.Add(Permissions.Endpoints.Introspection);
        foreach (var grant in client.Grants) descriptor.Permissions.Add(Permissions.Prefixes.GrantType + grant);
        foreach (var scope in client.Scopes) descriptor.Permissions.Add(Permissions.Prefixes.Scope + scope);
        if (client.Grants.Contains(GrantTypes.AuthorizationCode) || client.Grants.Contains(GrantTypes.DeviceCode))
        {
            // Of the person who signs in, if that is allowed.
            descriptor.Permissions.Add(Permissions.Scopes.Profile);
            descriptor.Permissions.Add(Permissions.Scopes.Email);
        }
        if (client.Grants.Contains(GrantTypes.AuthorizationCode))
        {
            descriptor.Permissions.Add(Permissions.Endpoints.Authorization);
            descriptor.Permissions.Add(Permissions.Endpoints.EndSession);
            descriptor.Permissions.Add(Permissions.ResponseTypes.Code);
            descriptor.Requirements.Add(Requirements.Features.ProofKeyForCodeExchange);
        }
        if (client.Grants.Contains(GrantTypes.DeviceCode))
            descriptor.Permissions.Add(Permissions.Endpoints.DeviceAuthorization);
        foreach (var address in client.RedirectUris) descriptor.RedirectUris.Add(new Uri(address));
        foreach (var address in client.SignedOutUris) descriptor.PostLogoutRedirectUris.Add(new Uri(address));
        return descriptor;
    }
}

internal sealed record ClientScopes(
    string Row, string Name, bool IsOwn, bool IsPublic, IReadOnlyList<string> Allowed);
