using System.Net;

namespace Tessera.Users.Tests.Pages;

/// <summary>Forms that another site sends with the visitor's cookies.</summary>
[Collection(nameof(UsersProcess))]
public sealed class ForgedFormTests(UsersProcess users)
{
    public static TheoryData<string> Forms =>
    [
        "/account/sign-in", "/account/register", "/account/confirm", "/account/reset", "/account/new-password",
        "/account/sign-out", "/account/password", "/account/sessions/end-others",
        "/account/sessions/0197b6c0-0000-7000-8000-000000000000/end", "/account/consent", "/account/device",
        "/account/sign-in/code", "/account/sign-in/passkey", "/account/passkeys", "/account/passkeys/remove",
        "/account/second-factor", "/account/second-factor/remove", "/account/guest", "/account/language",
        "/account/applications/withdraw",
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Takes_no_form_that_did_not_come_from_our_page(string address)
    {
        var visitor = await users.SomebodyAsync();
        using var stranger = new Visitor(users);
        var foreign = (await stranger.GetAsync("/account/sign-in")).Form().Token;
        var forged = await visitor.PostAsync(address, ("form-token", foreign), ("answer", "yes"));
        Assert.Equal((HttpStatusCode.BadRequest, null), (forged.Status, forged.Location));
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/account")).Status); // Still signed in.
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Refuses_what_is_no_text_and_names_the_member(string address)
    {
        var visitor = await users.SomebodyAsync();
        var refused = await visitor.PostAsync(address, ("email", "a\u0007"));
        Assert.Equal((HttpStatusCode.BadRequest, null), (refused.Status, refused.Location));
        Assert.Contains("email", refused.Decoded, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%2500")]
    [InlineData("%2507")]
    [InlineData("%C3%BC")]
    public async Task A_way_back_that_is_no_text_breaks_no_page(string client)
    {
        using var stranger = new Visitor(users);
        var shown = await stranger.GetAsync(
            $"/account/sign-in?returnUrl=%2Fconnect%2Fauthorize%3Fclient_id%3D{client}");
        Assert.Equal(HttpStatusCode.OK, shown.Status);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/account/../\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/%09/evil.example")]
    public async Task Names_no_other_host_in_any_page_that_knows_a_way_back(string back)
    {
        var visitor = await users.SomebodyAsync();
        foreach (var page in new[]
            { "sign-in", "register", "guest", "registered", "sign-out", "consent", "reset", "signed-out" })
        {
            var shown = await visitor.GetAsync($"/account/{page}?returnUrl=" + Uri.EscapeDataString(back));
            if (shown.Location is { } location)
                Assert.StartsWith("/account", location, StringComparison.Ordinal);
            Assert.DoesNotContain("href=\"//", shown.Decoded, StringComparison.Ordinal);
            Assert.DoesNotContain("href=\"http", shown.Decoded, StringComparison.Ordinal);
            Assert.DoesNotContain("javascript:", shown.Decoded, StringComparison.Ordinal);
        }
    }
}
