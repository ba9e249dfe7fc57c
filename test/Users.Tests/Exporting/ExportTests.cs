using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tessera.Users.Contracts;
using Tessera.Users.Tests.Authorizing;

namespace Tessera.Users.Tests.Exporting;

/// <summary>Users alone: none of the services that it asks is there.</summary>
[Collection(nameof(UsersProcess))]
public sealed class ExportTests(UsersProcess users)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gives_no_file_while_a_service_is_away_and_names_it()
    {
        var token = (await users.NewCustomerAsync("away-export@example.com")).Access;
        using var answer = await users.SendAsync(HttpMethod.Get, "/users/me/export", token);
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "10"), (answer.StatusCode, answer.Headers.RetryAfter?.ToString()));
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal("orders", problem.RootElement.GetProperty("service").GetString());
    }

    [Fact]
    public async Task Tells_a_person_at_the_page_to_come_again()
    {
        using var visitor = await AuthorizationRequest.NewVisitorAsync(users);
        var answer = await visitor.GetAsync("/account/export");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Contains("cannot be put together just now", answer.Decoded, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_nothing_for_who_acts_for_a_person()
    {
        const string email = "acted-export@example.com";
        await users.NewCustomerAsync(email);
        using var given = await users.SendAsync(
            HttpMethod.Post, "/users/tokens", await users.ScriptsAsync(), new ActForRequest(email));
        var acting = (await given.Content.ReadFromJsonAsync<ActingTokenView>(Stop))!;
        using var answer = await users.SendAsync(HttpMethod.Get, "/users/me/export", acting.AccessToken);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Refuses_a_token_that_was_not_given_for_all_of_it()
    {
        using var visitor = await AuthorizationRequest.NewVisitorAsync(users);
        var request = new AuthorizationRequest(users);
        request.Query["scope"] = "openid users.read";
        using var redeemed = await request.RedeemAsync((await request.AskAsync(visitor))["code"]);
        using var tokens = JsonDocument.Parse(await redeemed.Content.ReadAsStringAsync(Stop));
        using var answer = await users.SendAsync(
            HttpMethod.Get, "/users/me/export", tokens.RootElement.GetProperty("access_token").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("orders.read", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }
}
