using System.Net;

namespace Tessera.Users.Tests.Pages;

/// <summary>How many passkeys one has. What adds one, a browser's tests do.</summary>
[Collection(nameof(UsersProcess))]
public sealed class PasskeyLimitTests(UsersProcess users)
{
    [Fact]
    public async Task Is_ten()
    {
        const string email = "ten-keys@example.com";
        using var visitor = new Visitor(users);
        await visitor.FillAsync(
            "/account/register", ("name", ""), ("email", email), ("password", UsersProcess.Password));
        await visitor.SignInAsync(email, UsersProcess.Password);
        for (var number = 1; number < 10; number++) await PlantAsync(email, number);
        var ninth = await visitor.GetAsync("/account/passkeys");
        Assert.Contains("Add a passkey", ninth.Html, StringComparison.Ordinal);
        var unmade = await AddAsync(visitor, ninth); // There is room, but no authenticator has made one.
        Assert.Contains("The passkey was not made", unmade.Decoded, StringComparison.Ordinal);
        await PlantAsync(email, 10);
        var refused = await AddAsync(visitor, ninth); // By a page from before.
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("You have 10 passkeys. Remove one first.", refused.Decoded, StringComparison.Ordinal);
        Assert.DoesNotContain("Add a passkey", refused.Html, StringComparison.Ordinal);
        Assert.Contains("No further passkey can be added.", refused.Html, StringComparison.Ordinal);
    }

    private static Task<Page> AddAsync(Visitor visitor, Page page) => visitor.PostAsync(
        "/account/passkeys", ("name", "my telephone"), ("sealed", ""), ("credential", ""),
        ("form-token", page.Form().Token));

    private Task PlantAsync(string email, int number) => UsersDatabase.ExecuteAsync(
        users,
        """
        insert into passkeys (id, user_id, public_key, sign_count, name, made_at)
        select @b, id, 'AAAA', 0, 'a key', registered_at from users where email = @a
        """,
        email, $"key{number:00000}"); // As base64url has it: four letters for three bytes.
}
