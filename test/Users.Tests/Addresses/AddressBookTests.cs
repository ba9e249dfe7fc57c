using System.Net;
using System.Net.Http.Json;
using Tessera.Users.Contracts;

namespace Tessera.Users.Tests.Addresses;

/// <summary>The addresses of an account, as its owner keeps them.</summary>
[Collection(nameof(UsersProcess))]
public sealed class AddressBookTests(UsersProcess users)
{
    private static readonly AddressRequest home =
        new("1 High Street", "Flat 2", "Leeds", "LS1 1AA", "England", "Ada Lovelace");

    private static readonly AddressRequest work =
        new("7 Mill Lane", null, "York", "YO1 7AB", "England", "A. Lovelace");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_is_the_usual_one_until_another_is_made_it()
    {
        var token = await NewCustomerAsync();
        var first = await AddAsync(token, home);
        var second = await AddAsync(token, work);
        Assert.Equal([(first.Id, true), (second.Id, false)], await UsualAsync(token));
        await ChangeAsync(token, second.Id, work with { IsDefault = true });
        Assert.Equal([(first.Id, false), (second.Id, true)], await UsualAsync(token));
        // It stays it, also when the change does not say so.
        await ChangeAsync(token, second.Id, work with { City = "Bath" });
        Assert.Equal([(first.Id, false), (second.Id, true)], await UsualAsync(token));
        var third = await AddAsync(token, home with { Line1 = "9 High Street", IsDefault = true });
        Assert.Equal([(first.Id, false), (second.Id, false), (third.Id, true)], await UsualAsync(token));
    }

    [Fact]
    public async Task When_the_usual_one_goes_the_oldest_takes_its_place()
    {
        var token = await NewCustomerAsync();
        var first = await AddAsync(token, home);
        var second = await AddAsync(token, work with { IsDefault = true });
        await RemoveAsync(token, second.Id, HttpStatusCode.NoContent);
        Assert.Equal([(first.Id, true)], await UsualAsync(token));
        await RemoveAsync(token, second.Id, HttpStatusCode.NotFound);
        await RemoveAsync(token, first.Id, HttpStatusCode.NoContent);
        Assert.Empty(await UsualAsync(token));
    }

    [Fact]
    public async Task A_known_address_that_is_added_as_the_usual_one_becomes_it()
    {
        var token = await NewCustomerAsync();
        var first = await AddAsync(token, home);
        var second = await AddAsync(token, work);
        using var again = await users.SendAsync(
            HttpMethod.Post, "/users/me/addresses", token, work with { IsDefault = true });
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal([(first.Id, false), (second.Id, true)], await UsualAsync(token));
    }

    [Fact]
    public async Task A_change_puts_the_whole_address_in_the_place_of_the_one()
    {
        var token = await NewCustomerAsync();
        var address = await AddAsync(token, home);
        await ChangeAsync(token, address.Id, work);
        var kept = Assert.Single(await ReadAsync(token));
        Assert.Equal(
            new AddressView(address.Id, "7 Mill Lane", null, "York", "YO1 7AB", "England", "A. Lovelace", true), kept);
        using var bad = await users.SendAsync(
            HttpMethod.Put, $"/users/me/addresses/{address.Id}", token, home with { City = "" });
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        using var long1 = await users.SendAsync(
            HttpMethod.Put, $"/users/me/addresses/{address.Id}", token, home with { Name = new string('x', 101) });
        Assert.Equal(HttpStatusCode.BadRequest, long1.StatusCode);
        Assert.Equal(kept, Assert.Single(await ReadAsync(token)));
    }

    [Fact]
    public async Task The_addresses_of_others_are_none()
    {
        var (token, other) = (await NewCustomerAsync(), await NewCustomerAsync());
        var address = await AddAsync(token, home);
        using var changed = await users.SendAsync(
            HttpMethod.Put, $"/users/me/addresses/{address.Id}", other, work);
        Assert.Equal(HttpStatusCode.NotFound, changed.StatusCode);
        await RemoveAsync(other, address.Id, HttpStatusCode.NotFound);
        Assert.Empty(await ReadAsync(other));
        Assert.Equal("Leeds", Assert.Single(await ReadAsync(token)).City);
    }

    [Fact]
    public async Task One_of_many_that_become_the_usual_one_at_once_is_it()
    {
        var token = await NewCustomerAsync();
        var ids = new List<Guid>();
        for (var house = 1; house <= 5; house++)
            ids.Add((await AddAsync(token, home with { Line1 = $"{house} High Street" })).Id);
        var answers = await Task.WhenAll(ids.SelectMany(id => Enumerable.Repeat(id, 4)).Select((id, at) =>
            users.SendAsync(HttpMethod.Put, $"/users/me/addresses/{id}", token,
                home with { Line1 = $"{at} Low Street", IsDefault = true })));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Single(await UsualAsync(token), each => each.IsDefault);
    }

    [Fact]
    public async Task Go_with_the_account()
    {
        var token = await NewCustomerAsync();
        await AddAsync(token, home with { Line1 = "7 Vanishing Lane" });
        using var erased = await users.SendAsync(HttpMethod.Delete, "/users/me", token);
        Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
        using var gone = await users.SendAsync(HttpMethod.Get, "/users/me/addresses", token);
        Assert.Equal(HttpStatusCode.Unauthorized, gone.StatusCode);
    }

    private async Task<string> NewCustomerAsync() =>
        (await users.NewCustomerAsync($"book-{Guid.NewGuid():N}@example.com")).Access;

    private async Task<AddressView> AddAsync(string token, AddressRequest address)
    {
        using var added = await users.SendAsync(HttpMethod.Post, "/users/me/addresses", token, address);
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        return (await added.Content.ReadFromJsonAsync<AddressView>(Stop))!;
    }

    private async Task ChangeAsync(string token, Guid address, AddressRequest to)
    {
        using var changed = await users.SendAsync(HttpMethod.Put, $"/users/me/addresses/{address}", token, to);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    private async Task RemoveAsync(string token, Guid address, HttpStatusCode expected)
    {
        using var removed = await users.SendAsync(HttpMethod.Delete, $"/users/me/addresses/{address}", token);
        Assert.Equal(expected, removed.StatusCode);
    }

    private async Task<IReadOnlyList<AddressView>> ReadAsync(string token)
    {
        using var answer = await users.SendAsync(HttpMethod.Get, "/users/me/addresses", token);
        return (await answer.Content.ReadFromJsonAsync<AddressesView>(Stop))!.Addresses;
    }

    private async Task<List<(Guid Id, bool IsDefault)>> UsualAsync(string token) =>
        [.. (await ReadAsync(token)).Select(address => (address.Id, address.IsDefault))];
}
