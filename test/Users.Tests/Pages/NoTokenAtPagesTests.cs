using System.Net;
using System.Reflection;
using Tessera.Users.Pages;

namespace Tessera.Users.Tests.Pages;

/// <summary>Pages are opened by the cookie of a sign-in alone: a program's token, also an operator's, is no sign-in
/// there.</summary>
[Collection(nameof(UsersProcess))]
public sealed class NoTokenAtPagesTests(UsersProcess users)
{
    /// <summary>Every page there is.</summary>
    private static readonly string[] addresses =
    [
        .. typeof(AccountPages).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!),
        Consent.Path, ConfirmDevice.Path,
    ];

    [Fact]
    public async Task Answers_who_sends_a_token_as_it_answers_a_stranger()
    {
        string[] tokens = [(await users.SignInOperatorAsync()).Access, await users.ScriptsAsync(), "nonsense"];
        Assert.NotEmpty(addresses);
        foreach (var address in addresses)
        {
            using var stranger = new Visitor(users);
            var (shown, sent) = (await stranger.GetAsync(address), await stranger.PostAsync(address));
            Assert.False(sent.Status is HttpStatusCode.OK or HttpStatusCode.NoContent, $"{address}: {sent.Status}");
            foreach (var token in tokens)
            {
                using var program = new Visitor(users);
                program.AsksFor("Authorization", "Bearer " + token);
                var (read, written) = (await program.GetAsync(address), await program.PostAsync(address));
                Assert.Equal((address, shown.Status, shown.Location), (address, read.Status, read.Location));
                Assert.Equal((address, sent.Status, sent.Location), (address, written.Status, written.Location));
            }
        }
    }
}
