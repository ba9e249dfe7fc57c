using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace Tessera.ServiceDefaults;

/// <summary>Asks Users whom it has erased and which sign-ins have ended lately. The gateway has no route to it.
/// </summary>
internal sealed class UsersEndedSource(IHttpClientFactory clients) : IEndedSource
{
    public async Task<IReadOnlyList<Guid>> FetchErasedAsync(CancellationToken stop) =>
        await FetchAsync<Guid>(ErasedSubjects.Path, true, stop);

    public async Task<IReadOnlyList<EndedSignIn>> FetchSignInsAsync(DateTimeOffset? since, CancellationToken stop) =>
        await FetchAsync<EndedSignIn>(
            since is { } from
                ? $"{EndedSignIns.Path}?since={Uri.EscapeDataString(from.ToString("O", CultureInfo.InvariantCulture))}"
                : EndedSignIns.Path,
            false, stop);

    private async Task<T[]> FetchAsync<T>(string path, bool hasEachVersion, CancellationToken stop)
    {
        using var client = clients.CreateClient(UsersKeySource.ClientName);
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), stop);
        // A version of Users that is older than this process may not tell it.
        if (answer.StatusCode == HttpStatusCode.NotFound && !hasEachVersion) return [];
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<T[]>(stop) ?? [];
    }
}
