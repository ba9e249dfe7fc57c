using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tessera.Cli.Shipping.Registries;

/// <summary>Answers a registry that asks who it is: with name and password, or with a token that it gets for them where
/// the registry says. Neither goes to another host that a registry names for an upload, whatever that asks.</summary>
internal sealed partial class RegistrySignIn(Uri registry, NetworkCredential? who) : DelegatingHandler
{
    private static readonly string[] _asked = ["service", "scope"];
    private static readonly string[] _given = ["token", "access_token"];

    private readonly string _authority = registry.GetLeftPart(UriPartial.Authority);
    private AuthenticationHeaderValue? _signedIn;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        if (request.RequestUri!.GetLeftPart(UriPartial.Authority) != _authority)
            return await base.SendAsync(request, stop);
        if (_signedIn is not null) request.Headers.Authorization = _signedIn;
        var answer = await base.SendAsync(request, stop);
        if (answer.StatusCode != HttpStatusCode.Unauthorized) return answer;
        // A token is for one kind of access: a push is asked once more than the read before it.
        var header = await AnswerAsync(request.RequestUri, answer.Headers.WwwAuthenticate, stop);
        if (header is null) return answer;
        answer.Dispose();
        _signedIn = request.Headers.Authorization = header;
        return await base.SendAsync(request, stop);
    }

    private async Task<AuthenticationHeaderValue?> AnswerAsync(
        Uri asked, IEnumerable<AuthenticationHeaderValue> challenges, CancellationToken stop)
    {
        foreach (var challenge in challenges)
        {
            if (Is(challenge, "Basic") && who is not null) return Basic(who);
            if (Is(challenge, "Bearer") && await TokenAsync(asked, challenge.Parameter ?? "", stop) is { } token)
                return new AuthenticationHeaderValue("Bearer", token);
        }
        return null;
    }

    /// <summary>A public registry gives one to nobody in particular as well.</summary>
    private async Task<string?> TokenAsync(Uri asked, string parameter, CancellationToken stop)
    {
        var said = Parameters().Matches(parameter).ToLookup(
            each => each.Groups[1].Value.ToLowerInvariant(), each => each.Groups[2].Value);
        if (!Uri.TryCreate(said["realm"].FirstOrDefault(), UriKind.Absolute, out var realm)) return null;
        // A password that came by TLS does not go on without.
        if (realm.Scheme != Uri.UriSchemeHttps && realm.Scheme != asked.Scheme) return null;
        var wanted = _asked.SelectMany(name => said[name].Select(
            value => $"{name}={Uri.EscapeDataString(value)}"));
        var separator = realm.Query.Length > 0 ? '&' : '?';
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{realm}{separator}{string.Join('&', wanted)}");
        if (who is not null) request.Headers.Authorization = Basic(who);
        using var answer = await base.SendAsync(request, stop);
        if (!answer.IsSuccessStatusCode) return null;
        using var given = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(stop));
        return _given
            .Select(name => given.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null)
            .FirstOrDefault(token => token is not null);
    }

    private static AuthenticationHeaderValue Basic(NetworkCredential who) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{who.UserName}:{who.Password}")));

    private static bool Is(AuthenticationHeaderValue challenge, string scheme) =>
        challenge.Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"(\w+)=""([^""]*)""")]
    private static partial Regex Parameters();
}
