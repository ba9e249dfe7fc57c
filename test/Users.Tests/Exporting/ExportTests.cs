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
    public async Task Leaves_out_what_the_token_was_not_given_for_and_says_so()
    {
        var services = await ExportAsync("openid users.read");
        Assert.Equal(
            ["baskets", "inventory", "notifications", "orders", "payments"],
            services.EnumerateObject().Select(each => each.Name));
        foreach (var service in new[] { "baskets", "inventory", "orders", "payments" })
            Assert.EndsWith($"lacks the scope {service}.read.", MissingOf(services, service), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_a_service_which_a_store_may_be_without_did_not_answer() => Assert.Equal(
        "It did not answer. What it keeps is missing here.",
        MissingOf(await ExportAsync("openid users.read"), "notifications"));

    private static string MissingOf(JsonElement services, string service)
    {
        var part = services.GetProperty(service);
        Assert.Empty(part.GetProperty("items").EnumerateArray());
        Assert.False(part.GetProperty("isComplete").GetBoolean());
        return part.GetProperty("missing").GetString()!;
    }

    private async Task<JsonElement> ExportAsync(string scope)
    {
        using var visitor = await AuthorizationRequest.NewVisitorAsync(users);
        var request = new AuthorizationRequest(users);
        request.Query["scope"] = scope;
        using var redeemed = await request.RedeemAsync((await request.AskAsync(visitor))["code"]);
        using var tokens = JsonDocument.Parse(await redeemed.Content.ReadAsStringAsync(Stop));
        using var answer = await users.SendAsync(
            HttpMethod.Get, "/users/me/export", tokens.RootElement.GetProperty("access_token").GetString());
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("services");
    }
}
