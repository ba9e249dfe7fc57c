using System.Net;
using Tessera.Testing.Services;

namespace Tessera.Users.Tests.Pages;

/// <summary>Users of a shop whose public address is https, with TLS ended in front of it.</summary>
public sealed class UsersBehindTls : UsersProcess
{
    protected override IEnumerable<(string Key, string Value)> Settings =>
        [.. base.Settings, ("Tessera:PublicUrl", "https://shop.example/")];
}

public sealed class SecurePagesTests(UsersBehindTls users) : IClassFixture<UsersBehindTls>
{
    [Fact]
    public async Task Sends_its_cookies_over_TLS_alone_and_to_this_host_alone()
    {
        using var visitor = new Visitor(users);
        var page = await visitor.GetAsync("/account/sign-in");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var cookie = page.Cookies.Single();
        Assert.StartsWith("__Host-tessera-form=", cookie, StringComparison.Ordinal);
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("shop.example", page.Html, StringComparison.Ordinal);
    }
}

[Collection(nameof(UsersProcess))]
public sealed class ReplicaPagesTests(UsersProcess users)
{
    [Fact]
    public async Task Takes_a_cookie_and_a_form_that_another_replica_made()
    {
        await users.NewCustomerAsync("two@example.com");
        await using var second = await ServiceProcess.StartAsync("Users", users.Data.Path);
        using var visitor = new Visitor(users);
        using var there = new Visitor(second.Address, visitor.Cookies);
        var form = await visitor.GetAsync("/account/sign-in");
        var signedIn = await there.SendAsync(form, ("email", "two@example.com"), ("password", UsersProcess.Password));
        Assert.Equal(HttpStatusCode.SeeOther, signedIn.Status);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
    }
}
