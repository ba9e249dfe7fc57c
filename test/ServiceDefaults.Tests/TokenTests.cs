using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using Tessera.Testing.Services;

namespace Tessera.ServiceDefaults.Tests;

public sealed class TokenTests(SampleService service) : IClassFixture<SampleService>
{
    private static readonly Guid user = Guid.Parse("01939d3e-1111-7000-8000-000000000001");
    private static readonly Guid other = Guid.Parse("01939d3e-2222-7000-8000-000000000002");

    private async Task<Problem> RefusesAsync(
        string token, HttpStatusCode expected = HttpStatusCode.Unauthorized, string path = "/operators")
    {
        using var response = await service.GetAsync(path, token);
        Assert.Equal(expected, response.StatusCode);
        return await Problem.ReadAsync(response);
    }

    private string Changed(Action<SecurityTokenDescriptor> change) => service.Tokens.Issue(user, "operator", change);

    [Fact]
    public async Task Takes_a_good_token_again_and_again()
    {
        var token = service.Tokens.Operator(user);
        for (var time = 0; time < 3; time++)
        {
            using var response = await service.GetAsync("/operators", token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Tells_who_acts_for_a_buyer()
    {
        var token = service.Tokens.Issue(
            user, "customer", token => token.Claims["act"] = new Dictionary<string, object> { ["sub"] = other });
        using var response = await service.GetAsync("/customers", token);
        Assert.Equal(
            new Buyer(user, other),
            await response.Content.ReadFromJsonAsync<Buyer>(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Asks_for_a_token_where_there_is_none()
    {
        using var response = await service.GetAsync("/operators");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
        await Problem.ReadAsync(response);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("a.b.c")]
    [InlineData("..")]
    [InlineData("eyJhbGciOiJSUzI1NiJ9.e30.")]
    public async Task Refuses_nonsense(string token) => await RefusesAsync(token);

    [Fact]
    public async Task Refuses_a_token_of_any_length() => await RefusesAsync(new string('a', 20_000));

    [Fact]
    public async Task Refuses_an_expired_token()
    {
        var problem = await RefusesAsync(Changed(token =>
        {
            token.NotBefore = token.IssuedAt = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-2);
            token.Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(-1);
        }));
        Assert.Contains("expired", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_token_without_an_end() => await RefusesAsync(Changed(token => token.Expires = null));

    [Fact]
    public async Task Refuses_another_issuer() =>
        await RefusesAsync(Changed(token => token.Issuer = "http://elsewhere/"));

    [Fact]
    public async Task Refuses_another_audience() => await RefusesAsync(Changed(token => token.Audience = "others"));

    [Fact]
    public async Task Refuses_an_identity_token() => await RefusesAsync(Changed(token => token.TokenType = "JWT"));

    [Fact]
    public async Task Refuses_a_subject_that_is_no_user() =>
        await RefusesAsync(Changed(token => token.Claims["sub"] = "root"));

    [Fact]
    public async Task Refuses_a_changed_payload()
    {
        var parts = service.Tokens.Customer(user).Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace("customer", "operator", StringComparison.Ordinal);
        await RefusesAsync($"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}");
    }

    [Fact]
    public async Task Refuses_a_changed_payload_after_the_good_token_was_taken()
    {
        var token = service.Tokens.Operator(user);
        using var good = await service.GetAsync("/operators", token);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        await RefusesAsync(token[..^4] + (token[^4..] == "AAAA" ? "BBBB" : "AAAA"));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("nOnE")]
    public async Task Refuses_alg_none(string algorithm)
    {
        var parts = service.Tokens.Operator(user).Split('.');
        var header = Base64UrlEncoder.Encode(
            $$"""{"alg":"{{algorithm}}","typ":"at+jwt","kid":"{{service.Tokens.KeyId}}"}""");
        await RefusesAsync($"{header}.{parts[1]}.");
        await RefusesAsync($"{header}.{parts[1]}.{parts[2]}");
    }

    [Fact]
    public async Task Refuses_a_symmetric_signature_made_with_the_public_key()
    {
        var parts = service.Tokens.Operator(user).Split('.');
        var header = Base64UrlEncoder.Encode(
            $$"""{"alg":"HS256","typ":"at+jwt","kid":"{{service.Tokens.KeyId}}"}""");
        var signature = HMACSHA256.HashData("the public key"u8, Encoding.ASCII.GetBytes($"{header}.{parts[1]}"));
        await RefusesAsync($"{header}.{parts[1]}.{Base64UrlEncoder.Encode(signature)}");
    }

    [Fact]
    public async Task Refuses_a_key_of_the_callers_own()
    {
        using var stranger = new TestTokens();
        await RefusesAsync(stranger.Operator(user));
    }

    [Theory]
    [InlineData("/operators", "customer", HttpStatusCode.Forbidden)]
    [InlineData("/operators", "operator", HttpStatusCode.OK)]
    [InlineData("/operators", "service", HttpStatusCode.Forbidden)]
    [InlineData("/customers", "customer", HttpStatusCode.OK)]
    [InlineData("/customers", "operator", HttpStatusCode.Forbidden)]
    [InlineData("/customers", "nobody", HttpStatusCode.Forbidden)]
    [InlineData("/undeclared", "operator", HttpStatusCode.InternalServerError)]
    public async Task Lets_each_role_do_its_own(string path, string role, HttpStatusCode expected)
    {
        using var response = await service.GetAsync(path, service.Tokens.Issue(user, role));
        Assert.Equal(expected, response.StatusCode);
        if (expected != HttpStatusCode.OK) await Problem.ReadAsync(response);
    }

    [Fact]
    public async Task Tells_whose_thing_it_is()
    {
        using var own = await service.GetAsync($"/mine/{user}", service.Tokens.Customer(user));
        using var foreign = await service.GetAsync($"/mine/{user}", service.Tokens.Customer(other));
        using var asOperator = await service.GetAsync($"/mine/{user}", service.Tokens.Operator(other));
        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.OK],
            [own.StatusCode, foreign.StatusCode, asOperator.StatusCode]);
    }

    [Fact]
    public async Task Knows_who_acts_for_whom()
    {
        var token = service.Tokens.Issue(user, "customer", descriptor =>
            descriptor.Claims["act"] = new Dictionary<string, object> { ["sub"] = other.ToString() });
        using var response = await service.GetAsync($"/mine/{user}", token);
        var caller = await response.Content.ReadFromJsonAsync<Caller>(TestContext.Current.CancellationToken);
        Assert.Equal(new Caller(user, IsOperator: false, IsCustomer: true, Actor: other), caller);
    }

    [Fact]
    public async Task Takes_tokens_over_http2_as_well()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/operators") 
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Authorization = new("Bearer", service.Tokens.Operator(user));
        using var response = await service.Http2.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Takes_a_token_that_was_written_by_hand()
    {
        using var response = await service.GetAsync("/operators", Written());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("""
        ,"crit":["bold"]
        """, "")]
    [InlineData("""
        ,"crit":[]
        """, "")]
    [InlineData("""
        ,"alg":"ES256"
        """, "")]
    [InlineData("", """
        ,"exp":9999999999
        """)]
    [InlineData("", """
        ,"role":"operator"
        """)]
    [InlineData("", """
        ,"act":{"sub":"a","sub":"b"}
        """)]
    [InlineData("", """
        ,"nbf":"1"
        """)]
    [InlineData("", """
        ,"iat":null
        """)]
    public async Task Refuses_a_signed_token_that_says_something_twice_or_otherwise(string header, string claims) =>
        await RefusesAsync(Written(header, claims));

    [Theory]
    [InlineData("\"9999999999\"")]
    [InlineData("null")]
    [InlineData("[9999999999]")]
    [InlineData("true")]
    public async Task Refuses_an_end_that_is_no_number(string end) => await RefusesAsync(Written("", "", end));

    private string Written(string header = "", string claims = "", string end = "9999999999") => service.Tokens.Sign(
        $$"""{"alg":"ES256","typ":"at+jwt","kid":"{{service.Tokens.KeyId}}"{{header}}}""",
        $$"""
        {"iss":"http://127.0.0.1:8080/","aud":"tessera","sub":"{{user}}","role":"operator","exp":{{end}}{{claims}}}
        """);
}
