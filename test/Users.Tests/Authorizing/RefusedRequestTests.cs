using System.Net;
using Tessera.Users.Tests.Pages;

namespace Tessera.Users.Tests.Authorizing;

/// <summary>Requests that cannot be answered, as people and as programs see them.</summary>
[Collection(nameof(UsersProcess))]
public sealed class RefusedRequestTests(UsersProcess users)
{
    private const string Evil = "https://evil.example/back";

    [Theory]
    [InlineData("redirect_uri", Evil)]
    [InlineData("client_id", "no<b>body")]
    public async Task Shows_a_person_a_page_instead_of_leading_anywhere(string name, string value)
    {
        var request = new AuthorizationRequest(users);
        request.Query[name] = value;
        var visitor = await users.SomebodyAsync();
        var refused = await visitor.GetAsync(request.Address);
        Assert.Equal((HttpStatusCode.BadRequest, null), (refused.Status, refused.Location));
        Assert.StartsWith("text/html", refused.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Contains("invalid_request", refused.Html, StringComparison.Ordinal);
        Assert.Contains("Sign out", refused.Html, StringComparison.Ordinal); // The page knows who looks at it,
        Assert.Contains("default-src 'none'", refused.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.DoesNotContain("evil.example", refused.Html, StringComparison.Ordinal); // and offers no way to there.
        Assert.DoesNotContain("no<b>body", refused.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_a_page_when_the_way_back_after_a_sign_out_is_nobodys()
    {
        using var visitor = new Visitor(users);
        var refused = await visitor.GetAsync(
            "/connect/endsession?client_id=web&post_logout_redirect_uri=" + Uri.EscapeDataString(Evil));
        Assert.Equal((HttpStatusCode.BadRequest, null), (refused.Status, refused.Location));
        Assert.StartsWith("text/html", refused.Headers["Content-Type"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_a_program_the_error_as_it_is()
    {
        var request = new AuthorizationRequest(users);
        request.Query["redirect_uri"] = Evil;
        using var refused = await users.SendAsync(HttpMethod.Get, request.Address, null);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Null(refused.Headers.Location);
        Assert.NotEqual("text/html", refused.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("code_challenge")]
    [InlineData("code_challenge_method")]
    public async Task Gives_no_code_without_a_challenge_that_a_verifier_could_be_sent_for(string missing)
    {
        var request = new AuthorizationRequest(users);
        request.Query.Remove(missing);
        var visitor = await users.SomebodyAsync();
        var asked = await visitor.GetAsync(request.Address);
        Assert.Equal((HttpStatusCode.BadRequest, null), (asked.Status, asked.Location));
        Assert.Contains("invalid_request", asked.Html, StringComparison.Ordinal);
        var posted = await visitor.PostAsync(
            "/connect/authorize", [.. request.Query.Select(pair => (pair.Key, pair.Value))]);
        Assert.DoesNotContain("code=", posted.Location ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lets_no_script_of_another_origin_read_what_it_answers()
    {
        foreach (var method in new[] { HttpMethod.Options, HttpMethod.Get })
        {
            using var request = new HttpRequestMessage(method, new AuthorizationRequest(users).Address);
            request.Headers.Add("Origin", "https://partner.example");
            request.Headers.Add("Access-Control-Request-Method", "GET");
            using var answer = await users.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.DoesNotContain(
                answer.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.Ordinal));
        }
    }
}
