using System.Net;
using System.Net.Http.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.Users.Contracts;

namespace Tessera.Users.Tests.Tending;

/// <summary>What a program learns that writes to people.</summary>
[Collection(nameof(UsersProcess))]
public sealed class ContactTests(UsersProcess users)
{
    [Fact]
    public async Task The_service_that_writes_to_people_learns_name_and_address_until_the_person_is_erased()
    {
        var access = (await users.NewCustomerAsync("reached@example.com")).Access;
        using var named = await users.SendAsync(
            HttpMethod.Put, "/users/me", access, new ChangeProfileRequest("Rea Ched", "fr"));
        Assert.True(named.IsSuccessStatusCode);
        var writer = await TokenAsync("users.contact");

        using var answer = await users.SendAsync(HttpMethod.Get, Contact(access), writer);
        var contact = await answer.Content.ReadFromJsonAsync<ContactView>(TestContext.Current.CancellationToken);
        Assert.Equal(new ContactView(Id(access), "reached@example.com", "Rea Ched", "fr"), contact);
        // A program that knows of no language changes none.
        using var renamed = await users.SendAsync(HttpMethod.Put, "/users/me", access, new { name = "Rea" });
        Assert.True(renamed.IsSuccessStatusCode);
        using var again = await users.SendAsync(HttpMethod.Get, Contact(access), writer);
        Assert.Equal(
            new ContactView(Id(access), "reached@example.com", "Rea", "fr"),
            await again.Content.ReadFromJsonAsync<ContactView>(TestContext.Current.CancellationToken));
        using var none = await users.SendAsync(
            HttpMethod.Put, "/users/me", access, new ChangeProfileRequest("Rea", "no language"));
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);

        using var erased = await users.SendAsync(HttpMethod.Delete, "/users/me", access);
        Assert.True(erased.IsSuccessStatusCode);
        using var gone = await users.SendAsync(HttpMethod.Get, Contact(access), writer);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task No_person_learns_it_not_even_an_operator()
    {
        var access = (await users.NewCustomerAsync("unreached@example.com")).Access;
        foreach (var token in new[] { access, (await users.SignInOperatorAsync()).Access })
        {
            using var answer = await users.SendAsync(HttpMethod.Get, Contact(access), token);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_service_that_writes_to_people_is_given_nothing_else()
    {
        using var refused = await users.TryTokenAsync(
            [("grant_type", "client_credentials"), ("scope", "users.read"), .. users.As("notifications")]);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    private async Task<string> TokenAsync(string scope)
    {
        using var answer = await users.TryTokenAsync(
            [("grant_type", "client_credentials"), ("scope", scope), .. users.As("notifications")]);
        answer.EnsureSuccessStatusCode();
        return (await Tokens.ReadAsync(answer)).Access;
    }

    private static string Contact(string token) => $"/users/{Id(token)}/contact";

    private static Guid Id(string token) => Guid.Parse(new JsonWebToken(token).Subject);
}
