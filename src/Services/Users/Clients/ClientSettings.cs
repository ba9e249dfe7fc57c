using Tessera.Users.Contracts;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>A client as somebody declares it: in configuration (<c>Users:Clients</c>), over HTTP, or the store its own.
/// </summary>
public sealed class ClientSettings
{
    internal static readonly string[] GrantsKnown =
        [GrantTypes.AuthorizationCode, GrantTypes.ClientCredentials, GrantTypes.DeviceCode, GrantTypes.RefreshToken];

    public string Id { get; set; } = "";

    public string Name { get; set; } = "";

    public string[] Grants { get; set; } = [];

    public string[] Scopes { get; set; } = [];

    public string[] RedirectUris { get; set; } = [];

    public string[] SignedOutUris { get; set; } = [];

    /// <summary>Cannot keep a secret: an application in a browser or on a device.</summary>
    public bool IsPublic { get; set; }

    /// <summary>What a confidential one proves itself with.</summary>
    public string? Secret { get; set; }

    /// <summary>The store's own: people are not asked whether they trust it.</summary>
    internal bool IsOwn { get; init; }

    internal static ClientSettings From(AddClientRequest request) => new()
    {
        Id = request.Id,
        Name = request.Name,
        Grants = [.. request.Grants],
        Scopes = [.. request.Scopes ?? []],
        RedirectUris = [.. request.RedirectUris ?? []],
        SignedOutUris = [.. request.SignedOutUris ?? []],
        IsPublic = request.IsPublic,
    };

    /// <summary>What is wrong with it and what would be right, or null.</summary>
    internal ClientFault? Fault()
    {
        if (Id.Length is < 2 or > 63) return new(nameof(Id), "Its id must have 2 to 63 characters.");
        if (Grants.Except(GrantsKnown).FirstOrDefault() is { } grant)
            return new(nameof(Grants), $"There is no grant '{grant}'; known are {string.Join(", ", GrantsKnown)}.");
        if (Grants.Length == 0) return new(nameof(Grants), $"It needs a grant: {string.Join(", ", GrantsKnown)}.");
        if (Scopes.Except(ServiceDefaults.Scopes.All).FirstOrDefault() is { } scope)
        {
            return new(
                nameof(Scopes),
                $"There is no scope '{scope}'; known are {string.Join(", ", ServiceDefaults.Scopes.All)}.");
        }
        if (IsPublic && Grants.Contains(GrantTypes.ClientCredentials))
        {
            return new(
                nameof(IsPublic),
                "A public client has no credentials: it cannot have the grant client_credentials.");
        }
        if (Grants.Contains(GrantTypes.AuthorizationCode) != RedirectUris.Length > 0)
        {
            return new(
                nameof(RedirectUris), "The grant authorization_code and addresses to come back to go together.");
        }
        return FaultIn(nameof(RedirectUris), RedirectUris) ?? FaultIn(nameof(SignedOutUris), SignedOutUris);
    }

    private static ClientFault? FaultIn(string member, string[] addresses)
    {
        for (var at = 0; at < addresses.Length; at++)
        {
            if (FaultOf(addresses[at]) is { } why) return new($"{member}:{at}", why);
        }
        return null;
    }

    private static string? FaultOf(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Fragment.Length > 0 || address.Contains('#'))
            return $"'{address}' is no absolute address without fragment.";
        if (address.Contains('*')) return $"'{address}' is compared letter by letter: a * stands for nothing else.";
        if (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback) return null;
        // RFC 8252 §7.1: the scheme of an application's own is a domain turned round.
        return uri.Scheme != Uri.UriSchemeHttp && uri.Scheme.Contains('.')
            ? null
            : $"'{address}' must begin with https:// (http:// for this machine alone).";
    }
}

/// <param name="Member">Where it stands, in the form of a configuration key.</param>
internal sealed record ClientFault(string Member, string Why);
