using System.Net.Http.Json;

namespace Tessera.ServiceDefaults;

/// <summary>Asks Users whom it has erased lately. The gateway has no route to it.</summary>
internal sealed class UsersErasedSource(IHttpClientFactory clients) : IErasedSource
{
    private static readonly Uri path = new(ErasedSubjects.Path, UriKind.Relative);

    public async Task<IReadOnlyList<Guid>> FetchAsync(CancellationToken stop)
    {
        using var client = clients.CreateClient(UsersKeySource.ClientName);
        return await client.GetFromJsonAsync<Guid[]>(path, stop) ?? [];
    }
}
