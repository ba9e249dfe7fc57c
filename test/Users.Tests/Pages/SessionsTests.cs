using System.Net;
using System.Net.Http.Json;
using Tessera.Users.Contracts;

namespace Tessera.Users.Tests.Pages;

[Collection(nameof(UsersProcess))]
public sealed class SessionsTests(UsersProcess users)
{
    [Fact]
    public async Task Lists_where_one_is_signed_in_and_ends_one_there_and_then()
    {
        const string email = "many@example.com";
        var token = (await users.NewCustomerAsync(email)).Access;
        using var here = new Visitor(users, "203.0.113.7");
        using var there = new Visitor(users, "198.51.100.9");
        await here.SignInAsync(email, UsersProcess.Password);
        await there.SignInAsync(email, UsersProcess.Password);
        var listed = await here.GetAsync("/account/sessions");
        Assert.Contains("Firefox on Linux</strong> – this browser", listed.Decoded, StringComparison.Ordinal);
        Assert.Contains("198.51.100.9", listed.Html, StringComparison.Ordinal);
        var (action, form) = listed.Form("/end");
        var ended = await here.PostAsync(action, ("form-token", form));
        Assert.Equal((HttpStatusCode.SeeOther, "/account/sessions"), (ended.Status, ended.Location));
        Assert.Equal(HttpStatusCode.SeeOther, (await there.GetAsync("/account")).Status);
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/account")).Status);
        Assert.Equal("203.0.113.7", (await ListAsync(token)).Single(each => !each.IsCurrent).Network);
    }

    [Fact]
    public async Task Lists_and_ends_sessions_for_programs_and_only_ones_own()
    {
        const string email = "program@example.com";
        var token = (await users.NewCustomerAsync(email)).Access;
        var stranger = (await users.NewCustomerAsync("program-2@example.com")).Access;
        using var visitor = new Visitor(users);
        await visitor.SignInAsync(email, UsersProcess.Password);
        var session = (await ListAsync(token)).Single(each => !each.IsCurrent);
        Assert.All(await ListAsync(stranger), each => Assert.True(each.IsCurrent));
        using var foreign = await users.SendAsync(HttpMethod.Delete, $"/users/me/sessions/{session.Id}", stranger);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status);
        using var own = await users.SendAsync(HttpMethod.Delete, $"/users/me/sessions/{session.Id}", token);
        Assert.Equal(HttpStatusCode.NoContent, own.StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.GetAsync("/account")).Status);
        using var again = await users.SendAsync(HttpMethod.Delete, $"/users/me/sessions/{session.Id}", token);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task Ends_all_others_with_one_button()
    {
        const string email = "others@example.com";
        await users.NewCustomerAsync(email);
        using var here = new Visitor(users);
        using var there = new Visitor(users);
        await here.SignInAsync(email, UsersProcess.Password);
        await there.SignInAsync(email, UsersProcess.Password);
        var (action, form) = (await here.GetAsync("/account/sessions")).Form("end-others");
        await here.PostAsync(action, ("form-token", form));
        Assert.Equal(HttpStatusCode.SeeOther, (await there.GetAsync("/account")).Status);
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/account")).Status);
    }

    [Fact]
    public async Task Ends_with_the_account()
    {
        var token = (await users.NewCustomerAsync("erased-session@example.com")).Access;
        using var visitor = new Visitor(users);
        await visitor.SignInAsync("erased-session@example.com", UsersProcess.Password);
        using var erased = await users.SendAsync(HttpMethod.Delete, "/users/me", token);
        Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await visitor.GetAsync("/account")).Status);
    }

    private async Task<IReadOnlyList<SessionView>> ListAsync(string token)
    {
        using var answer = await users.SendAsync(HttpMethod.Get, "/users/me/sessions", token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<SessionsView>(TestContext.Current.CancellationToken))!.Sessions;
    }
}
