using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>The store's own clients: the storefront, the operators' console, the command line, scripts on the
/// store's own machine, and the service that writes to people.</summary>
internal static class OwnClients
{
    public const string Scripts = "scripts";

    private static readonly string[] ids = ["web", "console", Scripts, "notifications", "tessera-cli"];

    public static bool Has(string id) => ids.Contains(id, StringComparer.Ordinal);

    /// <summary>Without their secrets.</summary>
    public static IEnumerable<ClientSettings> All(Uri store) =>
    [
        new()
        {
            Id = "web",
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
            Id = "notifications",
            Name = "Tessera notifications",
            Grants = [GrantTypes.ClientCredentials],
            Scopes = [ServiceDefaults.Scopes.UsersContact],
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
    ];
}
