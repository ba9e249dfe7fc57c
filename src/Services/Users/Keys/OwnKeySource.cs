using System.Text.Json;
using Tessera.ServiceDefaults;

namespace Tessera.Users;

/// <summary>Users need not ask itself over HTTP.</summary>
internal sealed class OwnKeySource(KeyFolder folder) : IKeySource
{
    public Task<string> FetchAsync(CancellationToken stop) => Task.FromResult(JsonSerializer.Serialize(
        new { keys = folder.Current.Signing.Select(key => key.Publish()) }));
}
