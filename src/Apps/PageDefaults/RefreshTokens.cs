using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.PageDefaults;

/// <summary>A minute before the access token ends, the first request that notices gets new tokens; those that arrive
/// meanwhile, here or at another replica, wait and take what it got.</summary>
internal sealed class RefreshTokens(
    SessionFiles sessions, PagesApp app, IHttpClientFactory clients, ClientSecret secret,
    IOptions<TesseraOptions> tessera,
    TimeProvider clock)
{
    public const string ClientName = "tokens";
    private static readonly TimeSpan ahead = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan wait = TimeSpan.FromSeconds(5);

    public async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        if (SessionFiles.KeyOf(context.Properties) is not { } key || IsFresh(context.Properties)) return;
        var end = clock.GetTimestamp() + (long)(wait.TotalSeconds * clock.TimestampFrequency);
        while (true)
        {
            await using var held = sessions.TryLock(key);
            if (held is null)
            {
                if (clock.GetTimestamp() > end) return; // The old token may still do.
                await Task.Delay(poll, clock, context.HttpContext.RequestAborted);
                continue;
            }
            // Again, now that nobody else can be at it.
            AuthenticationTicket? now;
            try
            {
                now = await sessions.RetrieveAsync(key);
            }
            catch (Exception passing) when (passing is IOException or UnauthorizedAccessException)
            {
                return; // As above: a disk that fails for a moment ends no session.
            }
            if (now is null)
            {
                context.RejectPrincipal();
                return;
            }
            // Whatever becomes of this request: tokens that were given and not kept would end the session.
            if (!IsFresh(now.Properties) && !await TryRefreshAsync(key, now))
            {
                await sessions.RemoveAsync(key);
                context.RejectPrincipal();
                return;
            }
            context.Properties.StoreTokens(now.Properties.GetTokens());
            return;
        }
    }

    private bool IsFresh(AuthenticationProperties properties) =>
        DateTimeOffset.TryParse(
            properties.GetTokenValue("expires_at"), CultureInfo.InvariantCulture, out var expires)
        && expires - ahead > clock.GetUtcNow();

    /// <summary>False when the session has ended. While Users is away, nothing has: the token is used as it is.
    /// </summary>
    private async Task<bool> TryRefreshAsync(string key, AuthenticationTicket ticket)
    {
        if (ticket.Properties.GetTokenValue("refresh_token") is not { } refresh) return false;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = refresh,
            ["client_id"] = app.Client,
            ["client_secret"] = secret.Read(),
        });
        try
        {
            using var http = clients.CreateClient(ClientName);
            using var answer = await http.PostAsync(new Uri(tessera.Value.PublicUri, "connect/token"), form);
            if ((int)answer.StatusCode is 429 or >= 500) return true;
            if (!answer.IsSuccessStatusCode) return false;
            using var tokens = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            Take(ticket.Properties, tokens.RootElement);
            await sessions.RenewAsync(key, ticket);
            return true;
        }
        catch (Exception away) when (away is HttpRequestException or TaskCanceledException or IOException)
        {
            return true;
        }
    }

    private void Take(AuthenticationProperties properties, JsonElement tokens)
    {
        properties.UpdateTokenValue("access_token", tokens.GetProperty("access_token").GetString()!);
        foreach (var name in new[] { "refresh_token", "id_token" })
        {
            if (tokens.TryGetProperty(name, out var token)) properties.UpdateTokenValue(name, token.GetString()!);
        }
        var expires = clock.GetUtcNow().AddSeconds(tokens.GetProperty("expires_in").GetInt32());
        properties.UpdateTokenValue("expires_at", expires.ToString("o", CultureInfo.InvariantCulture));
    }
}
