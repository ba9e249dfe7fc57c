using System.Net.Http.Headers;
using Tessera.EndToEnd;

namespace Tessera.Rolling;

/// <summary>Many who come from an address each, and ask Orders what anybody may know.</summary>
internal sealed class Crowd(Shop shop, int count)
{
    public const string Release = "Tessera-Release";
    private const int AtOnce = 10;

    /// <returns>Which version each of them got; null where the gateway named none.</returns>
    public async Task<IReadOnlyList<string?>> AskAsync()
    {
        var versions = new List<string?>();
        foreach (var some in Enumerable.Range(0, count).Chunk(AtOnce))
            versions.AddRange(await Task.WhenAll(some.Select(AskAsync)));
        return versions;
    }

    /// <summary>Which version the buyer's requests get.</summary>
    public static async Task<string?> VersionOfAsync(Shop shop, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await VersionAsync(shop, request);
    }

    private async Task<string?> AskAsync(int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders/delivery-options");
        request.Headers.Add("X-Forwarded-For", $"198.18.{number / 250}.{number % 250 + 1}");
        return await VersionAsync(shop, request);
    }

    private static async Task<string?> VersionAsync(Shop shop, HttpRequestMessage request)
    {
        using var answer = await shop.Http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}");
        return answer.Headers.TryGetValues(Release, out var named) ? named.Single() : null;
    }
}
