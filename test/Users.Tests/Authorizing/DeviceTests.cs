using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.Users.Tests.Pages;
using static Tessera.Users.Tests.Authorizing.AuthorizationRequest;

namespace Tessera.Users.Tests.Authorizing;

/// <summary>The device authorization grant (RFC 8628): a code here, a browser there.</summary>
[Collection(nameof(UsersProcess))]
public sealed class DeviceTests(UsersProcess users)
{
    [Fact]
    public async Task Gives_the_device_its_tokens_once_the_person_has_said_yes()
    {
        var device = await AskAsync();
        Assert.StartsWith("http://127.0.0.1:8080/account/device", device.Complete, StringComparison.Ordinal);
        using var visitor = await NewVisitorAsync(users);
        // Also who comes with the whole link is asked: it may be a stranger's.
        var asked = await visitor.GetAsync(new Uri(device.Complete).PathAndQuery);
        Assert.Contains("Connect Tessera command line", asked.Html, StringComparison.Ordinal);
        var done = await visitor.SendAsync(asked, ("user_code", device.UserCode), ("answer", "yes"));
        Assert.Equal("/account/device?done=yes", done.Location);
        Assert.Contains("is connected", (await visitor.GetAsync(done.Location!)).Html, StringComparison.Ordinal);
        using var given = await PollAsync(device);
        var tokens = await Tokens.ReadAsync(given);
        var token = new JsonWebToken(tokens.Access);
        Assert.Equal(("tessera-cli", "customer"), (token.GetClaim("client_id").Value, token.GetClaim("role").Value));
        using var refreshed = await users.TryTokenAsync(
            ("grant_type", "refresh_token"), ("client_id", "tessera-cli"), ("refresh_token", tokens.Refresh!));
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
        var again = await visitor.FillAsync("/account/device", ("user_code", device.UserCode));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, again.Status); // The code has done its work.
    }

    [Fact]
    public async Task Tells_the_device_when_the_person_has_said_no()
    {
        var device = await AskAsync();
        using var visitor = await NewVisitorAsync(users);
        var asked = await visitor.FillAsync("/account/device", ("user_code", device.UserCode));
        var done = await visitor.SendAsync(asked, ("user_code", device.UserCode), ("answer", "no"));
        Assert.Equal("/account/device?done=no", done.Location);
        using var refused = await PollAsync(device);
        Assert.Equal("access_denied", await ErrorAsync(refused));
    }

    [Fact]
    public async Task Slows_down_a_device_that_asks_too_often()
    {
        var device = await AskAsync();
        using var first = await PollAsync(device);
        using var second = await PollAsync(device);
        Assert.Equal(
            ("authorization_pending", "slow_down"), (await ErrorAsync(first), await ErrorAsync(second)));
    }

    [Fact]
    public async Task Slows_it_down_by_five_seconds_more_each_time()
    {
        var device = await AskAsync();
        using var first = await PollAsync(device);
        using var second = await PollAsync(device);
        using var third = await PollAsync(device);
        Assert.Equal(("slow_down", "slow_down"), (await ErrorAsync(second), await ErrorAsync(third)));
        // The usual interval, and five seconds for each time that it was told so.
        await PassAsync(seconds: 6, intervalMs: 15_000);
        using var early = await PollAsync(device);
        Assert.Equal("slow_down", await ErrorAsync(early));
        await PassAsync(seconds: 20, intervalMs: 20_000);
        using var patient = await PollAsync(device);
        Assert.Equal("authorization_pending", await ErrorAsync(patient));
    }

    [Fact]
    public async Task Looks_at_few_guesses_from_one_network()
    {
        var device = await AskAsync();
        using var owner = await NewVisitorAsync(users);
        using var guesser = new Visitor(users.Client.BaseAddress!, owner.Cookies, "203.0.113.77");
        for (var guess = 0; guess < 3; guess++)
        {
            var wrong = await guesser.FillAsync("/account/device", ("user_code", $"0000-0000-000{guess}"));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        }
        var blocked = await guesser.FillAsync("/account/device", ("user_code", device.UserCode));
        Assert.Equal(HttpStatusCode.TooManyRequests, blocked.Status);
    }

    [Fact]
    public async Task Sends_who_is_not_signed_in_to_the_page_first()
    {
        using var stranger = new Visitor(users);
        var sent = await stranger.GetAsync("/account/device?user_code=1234");
        Assert.StartsWith("/account/sign-in?returnUrl=%2Faccount%2Fdevice", sent.Location, StringComparison.Ordinal);
    }

    private async Task<Device> AskAsync()
    {
        using var answer = await users.PostFormAsync(
            "/connect/device", ("client_id", "tessera-cli"), ("scope", "openid offline_access"));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        using var document = JsonDocument.Parse(text);
        string Text(string name) => document.RootElement.GetProperty(name).GetString()!;
        return new Device(Text("device_code"), Text("user_code"), Text("verification_uri_complete"));
    }

    /// <summary>As if the only device that was told to ask so seldom had waited.</summary>
    private Task PassAsync(int seconds, int intervalMs) => UsersDatabase.ExecuteAsync(
        users, "update device_polls set polled_ms = polled_ms - @a where interval_ms = @b",
        seconds * 1_000L, (long)intervalMs);

    private Task<HttpResponseMessage> PollAsync(Device device) => users.TryTokenAsync(
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", "tessera-cli"),
        ("device_code", device.Code));

    private sealed record Device(string Code, string UserCode, string Complete);
}
