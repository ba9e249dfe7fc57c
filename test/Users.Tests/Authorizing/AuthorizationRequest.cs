using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tessera.Users.Tests.Pages;

namespace Tessera.Users.Tests.Authorizing;

/// <summary>A client's way through code and proof, with one thing changed where a test says so.</summary>
internal sealed class AuthorizationRequest(UsersProcess users, string client = "web")
{
    private const string Verifier = "a-verifier-of-the-form-and-length-that-are-asked-for-0123456789";

    public Dictionary<string, string> Query { get; } = new(StringComparer.Ordinal)
    {
        ["response_type"] = "code",
        ["client_id"] = client,
        ["redirect_uri"] = client == "web" ? "http://127.0.0.1:8080/signed-in" : "https://partner.example/back",
        ["scope"] = "openid offline_access orders.read",
        ["state"] = "our state",
        ["nonce"] = "our-nonce",
        ["code_challenge"] = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_'),
        ["code_challenge_method"] = "S256",
    };

    public string Address => "/connect/authorize?" + string.Join('&', Query.Select(
        pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));

    /// <summary>A new account's browser, signed in.</summary>
    public static async Task<Visitor> NewVisitorAsync(UsersProcess users)
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        var visitor = new Visitor(users);
        var registered = await visitor.FillAsync(
            "/account/register", ("name", "Ada"), ("email", email), ("password", UsersProcess.Password));
        Assert.Equal(HttpStatusCode.SeeOther, registered.Status);
        var signedIn = await visitor.SignInAsync(email, UsersProcess.Password);
        Assert.Equal(HttpStatusCode.SeeOther, signedIn.Status);
        return visitor;
    }

    /// <summary>What the answer at the client's address says.</summary>
    public static Dictionary<string, string> Read(Page answer)
    {
        var address = answer.Location ?? throw new InvalidOperationException($"{answer.Status}: {answer.Html}");
        return address[(address.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&')
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1].Replace('+', ' ')));
    }

    public async Task<Dictionary<string, string>> AskAsync(Visitor visitor) => Read(await visitor.GetAsync(Address));

    public Task<HttpResponseMessage> RedeemAsync(
        string code, string? verifier = Verifier, params (string Key, string Value)[] credentials)
    {
        List<(string, string)> form =
        [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Query["redirect_uri"]),
            .. credentials.Length > 0 ? credentials : users.As(Query["client_id"]),
        ];
        if (verifier is not null) form.Add(("code_verifier", verifier));
        return users.TryTokenAsync([.. form]);
    }

    /// <summary>The OAuth error that an answer names.</summary>
    public static async Task<string?> ErrorAsync(HttpResponseMessage response)
    {
        using var answer = JsonDocument.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return answer.RootElement.TryGetProperty("error", out var error) ? error.GetString() : null;
    }
}
