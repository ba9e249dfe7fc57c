using System.Net;
using System.Text.Json;
using Tessera.Testing;
using static Tessera.Users.Tests.Authorizing.AuthorizationRequest;

namespace Tessera.Users.Tests.Authorizing;

/// <summary>A device's code that nobody has entered in time.</summary>
[Collection(nameof(HastyUsers))]
public sealed class ExpiredDeviceTests(HastyUsers users)
{
    [Fact]
    public async Task Is_worth_nothing_for_person_and_device()
    {
        using var answer = await users.PostFormAsync(
            "/connect/device", ("client_id", "tessera-cli"), ("scope", "openid offline_access"));
        using var device = JsonDocument.Parse(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        string Text(string name) => device.RootElement.GetProperty(name).GetString()!;
        Assert.InRange(device.RootElement.GetProperty("expires_in").GetInt32(), 1, 5);
        using var visitor = await NewVisitorAsync(users);
        await Eventually.HoldsAsync("the code's time is over", async () =>
        {
            var asked = await visitor.FillAsync("/account/device", ("user_code", Text("user_code")));
            return asked.Status == HttpStatusCode.UnprocessableEntity;
        });
        using var late = await users.TryTokenAsync(
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", "tessera-cli"),
            ("device_code", Text("device_code")));
        Assert.Equal("expired_token", await ErrorAsync(late));
    }
}
