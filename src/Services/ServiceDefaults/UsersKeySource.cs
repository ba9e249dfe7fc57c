namespace Tessera.ServiceDefaults;

/// <summary>Asks Users for its published keys.</summary>
internal sealed class UsersKeySource(IHttpClientFactory clients) : IKeySource
{
    public const string ClientName = "tessera-keys";

    public async Task<string> FetchAsync(CancellationToken stop)
    {
        using var client = clients.CreateClient(ClientName);
        return await client.GetStringAsync(new Uri("/.well-known/jwks", UriKind.Relative), stop);
    }
}
