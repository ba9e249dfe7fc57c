using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Tessera.ServiceDefaults;

/// <summary>Asks all replicas of Users for their published keys, and takes together what they answer: one may be away,
/// and a new key may be known to one before the others.</summary>
internal sealed class UsersKeySource(IHttpClientFactory clients, IConfiguration configuration, TimeProvider clock)
    : IKeySource
{
    public const string ClientName = "tessera-keys";

    /// <summary>How long the others are waited for once one has answered: a frozen one must not hold up all.</summary>
    private static readonly TimeSpan othersTimeMax = TimeSpan.FromMilliseconds(500);

    private readonly IReadOnlyList<Uri> _replicas = ServiceAddresses.Of(configuration, "users");

    public async Task<string> FetchAsync(CancellationToken stop)
    {
        using var others = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, others.Token);
        var keys = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var failures = new List<Exception>();
        await foreach (var answer in Task.WhenEach(_replicas.Select(replica => AskAsync(replica, patience.Token))))
        {
            try
            {
                foreach (var (id, key) in await answer) keys[id] = key;
                others.CancelAfter(othersTimeMax);
            }
            catch (Exception away)
            {
                failures.Add(away);
            }
        }
        stop.ThrowIfCancellationRequested();
        if (failures.Count == _replicas.Count) throw new HttpRequestException(Reasons(failures), failures[0]);
        return $"{{\"keys\":[{string.Join(',', keys.Values)}]}}"; // In one order: the same keys are the same text.
    }

    private static string Reasons(List<Exception> failures) =>
        string.Join("; ", failures.Select(failure => failure.Message).Distinct());

    private async Task<List<(string Id, string Key)>> AskAsync(Uri replica, CancellationToken stop)
    {
        using var client = clients.CreateClient(ClientName);
        using var set = JsonDocument.Parse(await client.GetStringAsync(new Uri(replica, "/.well-known/jwks"), stop));
        // A key without a name cannot be asked for by a token.
        return [.. set.RootElement.GetProperty("keys").EnumerateArray()
            .Where(key => key.TryGetProperty("kid", out var id) && id.ValueKind == JsonValueKind.String)
            .Select(key => (key.GetProperty("kid").GetString()!, key.GetRawText()))];
    }
}
