using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tessera.Testing;

/// <summary>Signs a person in as the storefront or the operators' console does: the page, then the code with its proof
/// (PKCE), then the tokens. Keeps cookies, follows nothing by itself.</summary>
public sealed partial class PersonSignIn : IDisposable
{
    private const string Web = "web";
    private readonly HttpClient _http;
    private readonly string _data;
    private readonly Uri _store;

    /// <param name="address">Where Users or the gateway listens.</param>
    /// <param name="data">The store's data folder, which has the clients' secrets.</param>
    /// <param name="store">The store's public address.</param>
    /// <param name="network">From where the gateway says that the requests come.</param>
    public PersonSignIn(Uri address, string data, Uri store, string? network = null)
    {
        (_data, _store) = (data, store);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
        {
            BaseAddress = address,
        };
        if (network is not null) _http.DefaultRequestHeaders.Add("X-Forwarded-For", network);
    }

    /// <summary>What the sign-in page answers.</summary>
    public async Task<HttpStatusCode> TryAsync(string email, string password)
    {
        using var answer = await SendPageAsync(email, password);
        return answer.StatusCode;
    }

    /// <summary>Enters the code that a device shows and says yes, as who has signed in before.</summary>
    /// <returns>The page that says what became of it.</returns>
    public async Task<string> ConfirmDeviceAsync(string code)
    {
        var page = await _http.GetStringAsync("/account/device?user_code=" + Uri.EscapeDataString(code));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["user_code"] = code,
            ["answer"] = "yes",
            ["form-token"] = WebUtility.HtmlDecode(FormToken().Match(page).Groups[1].Value),
        });
        using var answer = await _http.PostAsync("/account/device", form);
        return answer.Headers.Location is { } done
            ? await _http.GetStringAsync(done)
            : await answer.Content.ReadAsStringAsync();
    }

    /// <summary>The answer of the token endpoint.</summary>
    public async Task<PersonTokens> SignInAsync(
        string email, string password, string client = Web, string scope = "openid offline_access")
    {
        using var page = await SendPageAsync(email, password);
        if (page.StatusCode != HttpStatusCode.SeeOther)
            throw new InvalidOperationException($"The sign-in was refused: {await page.Content.ReadAsStringAsync()}");
        var verifier = Base64Url(RandomNumberGenerator.GetBytes(32));
        var challenge = Base64Url(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var back = new Uri(_store, client == Web ? "signed-in" : "ops/signed-in").AbsoluteUri;
        using var authorized = await _http.GetAsync(
            $"/connect/authorize?response_type=code&client_id={client}&redirect_uri={Uri.EscapeDataString(back)}" +
            $"&scope={Uri.EscapeDataString(scope)}&code_challenge={challenge}&code_challenge_method=S256");
        var location = authorized.Headers.Location?.OriginalString ?? "";
        if (Code().Match(location) is not { Success: true } code)
        {
            throw new InvalidOperationException(
                $"No code: {authorized.StatusCode} {location} {await authorized.Content.ReadAsStringAsync()}");
        }
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = Uri.UnescapeDataString(code.Groups[1].Value),
            ["redirect_uri"] = back,
            ["code_verifier"] = verifier,
            ["client_id"] = client,
            ["client_secret"] = SecretOf(_data, client),
        });
        using var response = await _http.PostAsync("/connect/token", form);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"No token: {text}");
        return PersonTokens.Read(text);
    }

    public static string SecretOf(string data, string client) =>
        File.ReadAllText(Path.Combine(data, "clients", client + ".secret"));

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendPageAsync(string email, string password)
    {
        var page = await _http.GetStringAsync("/account/sign-in");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["email"] = email,
            ["password"] = password,
            ["form-token"] = WebUtility.HtmlDecode(FormToken().Match(page).Groups[1].Value),
        });
        return await _http.PostAsync("/account/sign-in", form);
    }

    private static string Base64Url(byte[] bytes) =>
        Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    [GeneratedRegex("""name="form-token" value="([^"]*)""")]
    private static partial Regex FormToken();

    [GeneratedRegex(@"[?&]code=([^&]+)")]
    private static partial Regex Code();
}

public sealed record PersonTokens(string Access, string? Refresh, string? Identity)
{
    public static PersonTokens Read(string answer)
    {
        using var document = JsonDocument.Parse(answer);
        var root = document.RootElement;
        return new PersonTokens(
            root.GetProperty("access_token").GetString()!,
            root.TryGetProperty("refresh_token", out var refresh) ? refresh.GetString() : null,
            root.TryGetProperty("id_token", out var identity) ? identity.GetString() : null);
    }
}
