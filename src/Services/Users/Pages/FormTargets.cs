using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;

namespace Tessera.Users.Pages;

/// <summary>Where a form may lead. Browsers hold <c>form-action</c> against the redirects after a form too, and the way
/// back to an application leads through ours: so its declared addresses, and nobody else's, are named.</summary>
internal static class FormTargets
{
    public static async Task<IReadOnlyList<string>> OfAsync(
        string? returnUrl, IOpenIddictApplicationManager applications, CancellationToken stop)
    {
        if (returnUrl is null || ClientOf(returnUrl) is not { } client) return [];
        if (await applications.FindByClientIdAsync(client, stop) is not { } application) return [];
        var after = await applications.GetRedirectUrisAsync(application, stop);
        var ended = await applications.GetPostLogoutRedirectUrisAsync(application, stop);
        return [.. after.AddRange(ended).Select(SourceOf).OfType<string>().Distinct()];
    }

    /// <summary>The client that asked for the sign-in to which the address leads back; null when none did.</summary>
    public static string? ClientOf(string returnUrl)
    {
        var question = returnUrl.IndexOf('?', StringComparison.Ordinal);
        return question >= 0 && returnUrl.StartsWith("/connect/", StringComparison.Ordinal)
            && QueryHelpers.ParseQuery(returnUrl[question..]).TryGetValue("client_id", out var client)
            ? client.ToString()
            : null;
    }

    private static string? SourceOf(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)) return null;
        if (uri.Scheme is not ("http" or "https")) return uri.Scheme + ":"; // A native application's own scheme.
        // A native application listens on whichever port is free (RFC 8252 §7.3).
        return uri.IsLoopback ? $"{uri.Scheme}://{uri.Host}:*" : uri.GetLeftPart(UriPartial.Authority);
    }
}
