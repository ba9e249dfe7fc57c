using System.Net;

namespace Tessera.Users.Tests;

public sealed class RestartTests(UsersProcess users) : IClassFixture<UsersProcess>
{
    [Fact]
    public async Task Signs_nobody_out_and_says_once_where_the_password_is()
    {
        Assert.Contains("operator.json", users.Log, StringComparison.Ordinal);
        var before = await users.SignInOperatorAsync();
        await users.RestartAsync();
        Assert.DoesNotContain("operator.json", users.Log, StringComparison.Ordinal);
        using var profile = await users.SendAsync(HttpMethod.Get, "/users/me", before.Access);
        using var refresh = await users.RefreshAsync(before.Refresh!, "console");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (profile.StatusCode, refresh.StatusCode));
    }
}
