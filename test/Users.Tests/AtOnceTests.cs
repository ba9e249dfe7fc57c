using System.Net;
using System.Net.Http.Json;
using Tessera.Users.Contracts;

namespace Tessera.Users.Tests;

/// <summary>What first looks and then changes, asked many times at once.</summary>
[Collection(nameof(UsersProcess))]
public sealed class AtOnceTests(UsersProcess users)
{
    [Fact]
    public async Task Keeps_no_more_addresses_than_an_account_may_have()
    {
        var token = (await users.NewCustomerAsync("addresses@example.com")).Access;
        var answers = await Task.WhenAll(Enumerable.Range(1, 50).Select(house => users.SendAsync(
            HttpMethod.Post, "/users/me/addresses", token,
            new AddressRequest($"{house} High Street", null, "Leeds", "LS1 1AA", "GB"))));
        Assert.Equal(20, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(30, answers.Count(answer => answer.StatusCode == HttpStatusCode.UnprocessableEntity));
        using var profile = await users.SendAsync(HttpMethod.Get, "/users/me", token);
        var view = await profile.Content.ReadFromJsonAsync<UserView>(TestContext.Current.CancellationToken);
        Assert.Equal(20, view!.Addresses.Count);
    }

    [Fact]
    public async Task Keeps_one_address_that_is_added_many_times()
    {
        var token = (await users.NewCustomerAsync("one-address@example.com")).Access;
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => users.SendAsync(
            HttpMethod.Post, "/users/me/addresses", token,
            new AddressRequest("1 High Street", null, "Leeds", "LS1 1AA", "GB"))));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Adds_a_client_once_and_gives_one_secret()
    {
        var token = (await users.SignInOperatorAsync()).Access;
        var before = users.Log.Length;
        for (var round = 0; round < 5; round++)
        {
            var client = new AddClientRequest($"twice-{round}", "Twice", ["client_credentials"], ["inventory.read"]);
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(
                _ => users.SendAsync(HttpMethod.Post, "/users/clients", token, client)));
            var added = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
            Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
            var view = await added.Content.ReadFromJsonAsync<AddedClientView>(TestContext.Current.CancellationToken);
            using var used = await users.TryTokenAsync(
                ("grant_type", "client_credentials"), ("client_id", client.Id), ("client_secret", view!.Secret!));
            Assert.Equal(HttpStatusCode.OK, used.StatusCode);
        }
        Assert.DoesNotContain(" ERR ", users.Log[before..], StringComparison.Ordinal); // It is no fault.
    }

    [Fact]
    public async Task Imports_a_customer_once()
    {
        var token = (await users.SignInOperatorAsync()).Access;
        for (var round = 0; round < 5; round++)
        {
            var imports = Enumerable.Range(0, 12).Select(first => new ImportCustomersRequest(
                [
                    .. Enumerable.Range(first, 8)
                        .Select(number => new ImportedCustomer($"R{round}-{number % 12}", null)),
                ]));
            var answers = await Task.WhenAll(imports.Select(
                import => users.SendAsync(HttpMethod.Post, "/users/customers", token, import)));
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
            var views = await Task.WhenAll(answers.Select(
                answer => answer.Content.ReadFromJsonAsync<ImportedCustomersView>(
                    TestContext.Current.CancellationToken)));
            var known = views.SelectMany(view => view!.Customers).Distinct().ToList();
            Assert.Equal(12, known.Count);
        }
    }
}
