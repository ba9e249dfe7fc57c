using System.Net;
using System.Net.Http.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;

namespace Tessera.Users.Tests;

[Collection(nameof(UsersProcess))]
public sealed class AccountTests(UsersProcess users)
{
    private static readonly AddressRequest home = new("1 High Street", null, "Leeds", "LS1 1AA", "GB");

    private async Task<UserView?> ProfileAsync(string token)
    {
        using var response = await users.SendAsync(HttpMethod.Get, "/users/me", token);
        return await response.Content.ReadFromJsonAsync<UserView>(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Registers_a_customer_who_then_signs_in_whatever_the_case_of_the_email()
    {
        await users.NewCustomerAsync("Ann@Example.com");
        var profile = await ProfileAsync((await users.SignInAsync("ann@example.COM", UsersProcess.Password)).Access);
        Assert.Equal(("ann@example.com", "customer"), (profile!.Email, profile.Roles.Single()));
    }

    [Fact]
    public async Task Has_one_account_per_email()
    {
        await users.NewCustomerAsync("once@example.com");
        using var again = await users.SendAsync(
            HttpMethod.Post, "/users", null, new { email = "ONCE@example.com", password = "another password" });
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode); // What a stranger is told whatever there is.
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await users.PasswordAsync(
            "once@example.com", "another password", "203.0.113.5"));
        await users.SignInAsync("once@example.com", UsersProcess.Password);
    }

    [Theory]
    [InlineData("no-email", "long enough password")]
    [InlineData("short@example.com", "short")]
    [InlineData("", "long enough password")]
    public async Task Refuses_to_register(string email, string password)
    {
        using var response = await users.SendAsync(HttpMethod.Post, "/users", null, new { email, password });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await Problem.ReadAsync(response);
    }

    [Fact]
    public async Task Gives_nobody_a_role_for_the_asking()
    {
        using var response = await users.SendAsync(
            HttpMethod.Post, "/users", null,
            new { email = "sly@example.com", password = "long enough", roles = new[] { "operator" } });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Keeps_name_and_addresses()
    {
        var token = (await users.NewCustomerAsync("profile@example.com")).Access;
        using var renamed = await users.SendAsync(HttpMethod.Put, "/users/me", token, new ChangeProfileRequest("Pat"));
        using var added = await users.SendAsync(HttpMethod.Post, "/users/me/addresses", token, home);
        using var again = await users.SendAsync(HttpMethod.Post, "/users/me/addresses", token, home);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (added.StatusCode, again.StatusCode));
        var profile = (await ProfileAsync(token))!;
        Assert.Equal(("Pat", "Leeds"), (profile.Name, profile.Addresses.Single().City));

        var other = (await users.NewCustomerAsync("stranger@example.com")).Access;
        using var foreign = await users.SendAsync(
            HttpMethod.Delete, $"/users/me/addresses/{profile.Addresses[0].Id}", other);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var removed = await users.SendAsync(
            HttpMethod.Delete, $"/users/me/addresses/{profile.Addresses[0].Id}", token);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Empty((await ProfileAsync(token))!.Addresses);
    }

    [Fact]
    public async Task Erases_an_account_with_all_that_belongs_to_it()
    {
        var tokens = await users.NewCustomerAsync("leaving@example.com");
        using var address = await users.SendAsync(
            HttpMethod.Post, "/users/me/addresses", tokens.Access, home with { Line1 = "7 Leaving Lane" });
        using var erased = await users.SendAsync(HttpMethod.Delete, "/users/me", tokens.Access);
        Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);

        using var profile = await users.SendAsync(HttpMethod.Get, "/users/me", tokens.Access);
        Assert.Equal(HttpStatusCode.Unauthorized, profile.StatusCode);
        using var refresh = await users.RefreshAsync(tokens.Refresh!);
        var signIn = await users.PasswordAsync("leaving@example.com", UsersProcess.Password, "198.51.100.9");
        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity), (refresh.StatusCode, signIn));
        using var again = await users.SendAsync(HttpMethod.Delete, "/users/me", tokens.Access);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
        var told = await users.Client.GetFromJsonAsync<Guid[]>(
            "/internal/erased", TestContext.Current.CancellationToken);
        Assert.Contains(Guid.Parse(new JsonWebToken(tokens.Access).Subject), told!);
    }

    [Fact]
    public async Task Erases_once_more_whom_a_restore_brought_back_and_tells_of_it_again()
    {
        var tokens = await users.NewCustomerAsync("brought-back@example.com");
        var (back, gone) = (Guid.Parse(new JsonWebToken(tokens.Access).Subject), Guid.NewGuid());
        foreach (var user in new[] { back, gone })
        {
            await UsersDatabase.ExecuteAsync(
                users, "insert into erasures_to_repeat (user_id) values (@a)", user);
        }
        await Eventually.HoldsAsync("both are erased", async () =>
            await users.Client.GetFromJsonAsync<Guid[]>("/internal/erased", TestContext.Current.CancellationToken)
                is { } told && told.Contains(back) && told.Contains(gone));
        using var refresh = await users.RefreshAsync(tokens.Refresh!);
        var signIn = await users.PasswordAsync("brought-back@example.com", UsersProcess.Password, "198.51.100.77");
        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity), (refresh.StatusCode, signIn));
        Assert.Equal(0, await UsersDatabase.CountAsync(
            users, "select count(*) from erasures_to_repeat where '' <> @given", "x"));
    }

    [Fact]
    public async Task Lets_nobody_who_acts_for_a_user_erase_the_account()
    {
        var @operator = (await users.SignInOperatorAsync()).Access;
        var owner = (await users.NewCustomerAsync("acted-for@example.com")).Access;
        using var issued = await users.SendAsync(
            HttpMethod.Post, $"/users/{new JsonWebToken(owner).Subject}/tokens", @operator);
        var acting = (await issued.Content.ReadFromJsonAsync<ActingTokenView>(TestContext.Current.CancellationToken))!;
        using var erased = await users.SendAsync(HttpMethod.Delete, "/users/me", acting.AccessToken);
        Assert.Equal(HttpStatusCode.Forbidden, erased.StatusCode);
        Assert.NotNull(await ProfileAsync(owner));
    }

    [Fact]
    public async Task Imports_customers_once_and_lets_operators_act_for_them()
    {
        var @operator = (await users.SignInOperatorAsync()).Access;
        var import = new ImportCustomersRequest(
            [new("17850", "United Kingdom"), new("13047", null), new("17850", "United Kingdom")]);
        using var first = await users.SendAsync(HttpMethod.Post, "/users/customers", @operator, import);
        using var again = await users.SendAsync(HttpMethod.Post, "/users/customers", @operator, import);
        var imported = (await first.Content.ReadFromJsonAsync<ImportedCustomersView>(
            TestContext.Current.CancellationToken))!.Customers;
        Assert.Equal(imported, (await again.Content.ReadFromJsonAsync<ImportedCustomersView>(
            TestContext.Current.CancellationToken))!.Customers);
        Assert.Equal(imported[0].User, imported[2].User);

        using var issued = await users.SendAsync(HttpMethod.Post, $"/users/{imported[0].User}/tokens", @operator);
        var acting = (await issued.Content.ReadFromJsonAsync<ActingTokenView>(TestContext.Current.CancellationToken))!;
        var token = new JsonWebToken(acting.AccessToken);
        Assert.Equal(imported[0].User.ToString(), token.Subject);
        Assert.Contains(new JsonWebToken(@operator).Subject, token.GetClaim("act").Value, StringComparison.Ordinal);
        Assert.Equal(imported[0].User, (await ProfileAsync(acting.AccessToken))!.Id);
    }

    [Fact]
    public async Task Lets_nobody_but_operators_act_for_others_and_nobody_for_operators()
    {
        var signedIn = await users.SignInOperatorAsync();
        var customer = (await users.NewCustomerAsync("plain@example.com")).Access;
        var operatorId = new JsonWebToken(signedIn.Access).Subject;
        using var asCustomer = await users.SendAsync(HttpMethod.Post, $"/users/{operatorId}/tokens", customer);
        using var asOperator = await users.SendAsync(HttpMethod.Post, $"/users/{operatorId}/tokens", signedIn.Access);
        using var import = await users.SendAsync(
            HttpMethod.Post, "/users/customers", customer, new { customers = Array.Empty<string>() });
        using var nobody = await users.SendAsync(HttpMethod.Post, $"/users/{Guid.NewGuid()}/tokens", signedIn.Access);
        Assert.Equal(
            [HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.NotFound],
            [asCustomer.StatusCode, asOperator.StatusCode, import.StatusCode, nobody.StatusCode]);
    }
}
