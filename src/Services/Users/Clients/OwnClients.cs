using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>The store's own clients: the storefront, the operators' console, the command line, scripts on the
/// store's own machine, and the services in other languages.</summary>
internal static class OwnClients
{
    public const string Scripts = "scripts";
    public const string Storefront = "web";

    private const string Mails = "notifications";

    /// <summary>Services in other languages have a client each.</summary>
    private static readonly string[] foreign =
        [.. ServiceDefaults.Shop.Foreign.Select(service => service.Name).Where(name => name != Mails)];

    private static readonly string[] ids = [Storefront, "console", Scripts, Mails, "tessera-cli", .. foreign];

    public static bool Has(string id) => ids.Contains(id, StringComparer.Ordinal);

    /// <summary>Without their secrets.</summary>
    public static IEnumerable<ClientSettings> All(Uri store) =>
    [
        new()
        {
            Id = Storefront,
            Name = "Tessera",
            Grants = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
            Scopes = [.. ServiceDefaults.Scopes.OfRole("customer")],
            RedirectUris = [new Uri(store, "signed-in").AbsoluteUri],
            SignedOutUris = [store.AbsoluteUri],
            IsOwn = true,
        },
        new()
        {
            Id = "console",
            Name = "Tessera operators' console",
            Grants = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
            Scopes = [.. ServiceDefaults.Scopes.OfRole("operator")],
            RedirectUris = [new Uri(store, "ops/signed-in").AbsoluteUri],
            SignedOutUris = [new Uri(store, "ops").AbsoluteUri],
            IsOwn = true,
        },
        new()
        {
            Id = Scripts,
            Name = "Scripts on the store's machine",
            Grants = [GrantTypes.ClientCredentials],
            Scopes = [.. ServiceDefaults.Scopes.All],
            IsOwn = true,
        },
        new()
        {
            Id = Mails,
            Name = "Tessera notifications",
            Grants = [GrantTypes.ClientCredentials],
            // Where there is no broker with a network it has the events brought to it, as a partner would.
            Scopes = [ServiceDefaults.Scopes.UsersContact, ServiceDefaults.Scopes.Webhooks],
            IsOwn = true,
        },
        new()
        {
            Id = "tessera-cli",
            Name = "Tessera command line",
            Grants = [GrantTypes.DeviceCode, GrantTypes.RefreshToken],
            Scopes = [.. ServiceDefaults.Scopes.OfRole("operator")],
            IsPublic = true,
            IsOwn = true,
        },
        .. foreign.Select(service => new ClientSettings
        {
            Id = service,
            Name = "Tessera " + service,
            Grants = [GrantTypes.ClientCredentials],
            Scopes = [ServiceDefaults.Scopes.Webhooks],
            IsOwn = true,
        }),
    ];
}
