using System.Net;
using Tessera.Testing;

namespace Tessera.Users.Tests;

[Collection(nameof(UsersProcess))]
public sealed class SignInDelayTests(UsersProcess users)
{
    [Fact]
    public async Task Lets_nobody_keep_an_account_shut()
    {
        const string email = "shut@example.com", network = "203.0.113.9";
        await users.NewCustomerAsync(email);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => users.PasswordAsync(email, "a guess", network)));
        await Eventually.HoldsAsync("the wait is over", async () =>
            await users.PasswordAsync(email, UsersProcess.Password, network) == HttpStatusCode.SeeOther);
        await users.PasswordAsync(email, "a typo", network);
        var right = await users.PasswordAsync(email, UsersProcess.Password, network);
        Assert.Equal(HttpStatusCode.SeeOther, right); // The count began anew.
    }
}
