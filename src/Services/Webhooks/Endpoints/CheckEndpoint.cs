using System.Net;
using Microsoft.Extensions.Options;

namespace Tessera.Webhooks;

/// <summary>What can be said of an endpoint before anything is sent there. Where its name leads is looked at with each
/// connection (<see cref="ConnectOutside"/>): names change their minds.</summary>
internal sealed class CheckEndpoint(IOptions<WebhookOptions> options)
{
    /// <summary>The client of the shop's own service that has events brought to it.</summary>
    public const string OwnClient = "notifications";

    /// <summary>What is wrong with it; null when nothing is.</summary>
    /// <param name="client">Who asks, as the token says.</param>
    public string? FaultOf(string url, IReadOnlyList<string> types, string? client = null) =>
        FaultOf(url, client) ?? types.Where(type => !PublicTypes.Has(type)).Select(type =>
            $"There is no event type '{type}'; GET /webhooks/types lists those there are.").FirstOrDefault();

    private string? FaultOf(string url, string? client)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Host.Length == 0
            || address.Scheme is not ("https" or "http"))
        {
            return "'url' must be an address such as https://partner.example/webhooks.";
        }
        var isInsideAllowed = options.Value.AllowPrivate || (client == OwnClient && IsOwn(address, options.Value));
        if (FaultOf(address, isInsideAllowed) is { } fault) return fault;
        if (address.UserInfo.Length > 0) return "'url' must not name a user: messages are proved by their signature.";
        return address.Fragment.Length > 0 ? "'url' must have no fragment: nobody would see it." : null;
    }

    /// <summary>The whole address counts: another path on the same port is somebody else's.</summary>
    public static bool IsOwn(Uri? address, WebhookOptions options) =>
        options.OwnEndpoint is { } own && address is not null && new Uri(own).AbsoluteUri == address.AbsoluteUri;

    /// <summary>Asked again before each attempt: the setting may have changed since.</summary>
    public static string? FaultOf(Uri address, bool allowPrivate)
    {
        if (allowPrivate) return null;
        if (address.Scheme != Uri.UriSchemeHttps) return "'url' must begin with https://.";
        var host = address.IdnHost.TrimEnd('.');
        var isInside = IPAddress.TryParse(host.Trim('[', ']'), out var number)
            ? ForbiddenAddresses.Has(number)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        return isInside ? "'url' must lead to a public address." : null;
    }
}
