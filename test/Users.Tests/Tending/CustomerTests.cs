using System.Net;
using System.Net.Http.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Tessera.Users.Contracts;

namespace Tessera.Users.Tests.Tending;

/// <summary>What operators see of customers, and what is kept of who acted for one.</summary>
[Collection(nameof(UsersProcess))]
public sealed class CustomerTests(UsersProcess users)
{
    [Fact]
    public async Task A_customer_is_found_by_number_and_by_reference_with_a_masked_address_and_no_name()
    {
        var olga = (await users.SignInOperatorAsync()).Access;
        var owner = Id((await users.NewCustomerAsync("adele@example.co.uk")).Access);
        using var answer = await users.SendAsync(HttpMethod.Get, $"/users/customers/{owner}", olga);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("a•••@e•••.uk", System.Text.RegularExpressions.Regex.Unescape(text), StringComparison.Ordinal);
        Assert.DoesNotContain("adele", text, StringComparison.OrdinalIgnoreCase);

        using var import = await users.SendAsync(
            HttpMethod.Post, "/users/customers", olga, new ImportCustomersRequest([new("C-4711", "GB")]));
        var imported = (await import.Content.ReadFromJsonAsync<ImportedCustomersView>(
            TestContext.Current.CancellationToken))!.Customers[0].User;
        var found = await ReadAsync<CustomerView>("/users/customers/C-4711", olga);
        Assert.Equal((imported, null, "C-4711"), (found.Id, found.MaskedEmail, found.References.Single()));
        foreach (var nobody in new[] { "C-4712", Guid.NewGuid().ToString() })
        {
            using var none = await users.SendAsync(HttpMethod.Get, $"/users/customers/{nobody}", olga);
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        }
    }

    [Fact]
    public async Task Keeps_who_acted_for_whom_and_why_until_the_person_is_erased_and_then_without_the_words()
    {
        var olga = (await users.SignInOperatorAsync()).Access;
        var owner = (await users.NewCustomerAsync("acted@example.com")).Access;
        using var first = await users.SendAsync(
            HttpMethod.Post, $"/users/{Id(owner)}/tokens", olga, new ActingTokenRequest("  asked by telephone "));
        using var silent = await users.SendAsync(HttpMethod.Post, $"/users/{Id(owner)}/tokens", olga);
        Assert.Equal(HttpStatusCode.OK, silent.StatusCode);
        var acted = (await ReadAsync<ActingView>($"/users/acting?user={Id(owner)}", olga)).Items;
        Assert.Equal([null, "asked by telephone"], acted.Select(entry => entry.Note));
        Assert.All(acted, entry => Assert.Equal((Id(olga), Id(owner)), (entry.Operator, entry.User)));
        Assert.Equal(acted[0], (await ReadAsync<ActingView>("/users/acting?size=1", olga)).Items.Single());

        using var erased = await users.SendAsync(HttpMethod.Delete, "/users/me", owner);
        Assert.True(erased.IsSuccessStatusCode);
        acted = (await ReadAsync<ActingView>($"/users/acting?user={Id(owner)}", olga)).Items;
        Assert.Equal([null, null], acted.Select(entry => entry.Note));
    }

    [Fact]
    public async Task Is_for_operators_alone()
    {
        var customer = (await users.NewCustomerAsync("curious@example.com")).Access;
        foreach (var path in new[] { $"/users/customers/{Id(customer)}", "/users/acting" })
        {
            using var answer = await users.SendAsync(HttpMethod.Get, path, customer);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    private async Task<T> ReadAsync<T>(string path, string token)
    {
        using var answer = await users.SendAsync(HttpMethod.Get, path, token);
        return (await answer.Content.ReadFromJsonAsync<T>(TestContext.Current.CancellationToken))!;
    }

    private static Guid Id(string token) => Guid.Parse(new JsonWebToken(token).Subject);
}
