using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>Who was erased, and what was revoked, is refused by every process, whichever of them a request reaches.
/// </summary>
[Collection(nameof(PlainStore))]
public sealed class EndedEverywhereTests(PlainStore store)
{
    [Fact]
    public async Task The_token_of_an_erased_account_is_refused_by_every_process()
    {
        var (erased, other) = (await store.Shop.NewBuyerAsync(), await store.Shop.NewBuyerAsync());
        await IsRefusedEverywhereAsync(erased, other, () =>
            store.Shop.SendAsync(HttpMethod.Delete, "/api/v1/users/me", null, erased));
    }

    [Fact]
    public async Task A_token_that_was_revoked_is_refused_by_every_process()
    {
        var (client, secret) = await Partners.AddAsync(store.Shop);
        var (revoked, other) = (await TokenAsync(), await TokenAsync());
        await IsRefusedEverywhereAsync(revoked, other, async () =>
        {
            using var answer = await PostAsync("/connect/revoke", ("token", revoked));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        });

        Task<string> TokenAsync() => Partners.TokenAsync(store.Shop, client, secret);

        Task<HttpResponseMessage> PostAsync(string path, params (string Key, string Value)[] form) =>
            Partners.PostAsync(store.Shop, client, secret, path, form);
    }

    private async Task IsRefusedEverywhereAsync(string ended, string other, Func<Task> end)
    {
        var asked = (await store.StatusAsync()).GetProperty("services").EnumerateArray()
            .Where(service => service.GetProperty("service").GetString() is not ("web" or "ops")) // Cookies there.
            .Select(service => (Name: service.GetProperty("name").GetString()!, Address: new Uri(
                new Uri(service.GetProperty("address").GetString()!),
                // Every service has this for operators; the gateway passes on.
                service.GetProperty("service").GetString() == "gateway" ? "/api/v1/orders" : "/messaging/parked")))
            .ToList();
        Assert.Equal(ListedProcesses.Names.Except(["web", "ops"]).Order(), asked.Select(each => each.Name).Order());
        foreach (var (name, address) in asked)
            Assert.NotEqual((name, HttpStatusCode.Unauthorized), (name, await StatusAsync(address, ended)));

        await end();
        var since = Stopwatch.StartNew();
        await Task.WhenAll(asked.Select(async each =>
        {
            await Eventually.HoldsAsync(
                $"{each.Name} refuses it",
                async () => await StatusAsync(each.Address, ended) == HttpStatusCode.Unauthorized);
            TestContext.Current.TestOutputHelper?.WriteLine($"{each.Name} {since.ElapsedMilliseconds} ms");
        }));
        foreach (var (name, address) in asked)
        {
            Assert.Equal((name, HttpStatusCode.Unauthorized), (name, await StatusAsync(address, ended)));
            Assert.NotEqual((name, HttpStatusCode.Unauthorized), (name, await StatusAsync(address, other)));
        }
    }

    private async Task<HttpStatusCode> StatusAsync(Uri address, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await store.Shop.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
