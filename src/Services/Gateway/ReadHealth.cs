using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy;

namespace Tessera.Gateway;

/// <summary>Asks every replica of every service whether it is ready.</summary>
internal sealed class ReadHealth(
    IConfiguration configuration, HttpMessageInvoker upstream, IProxyStateLookup proxy)
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);
    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web);

    public async Task<SystemHealth> ReadAsync(CancellationToken stop)
    {
        var asked =
            from service in Shop.Services
            from replica in ServiceAddresses.Of(configuration, service)
                .Select((address, index) => (address, Name: $"{service}-{index + 1}"))
            select AskAsync(service, replica.Name, replica.address, stop);
        var replicas = await Task.WhenAll(asked);
        var worst = replicas.GroupBy(replica => replica.Service)
            .Select(service => service.Count(replica => replica.IsReady) switch
            {
                0 => "Unhealthy", // Nobody serves it.
                var ready when ready == service.Count() => "Healthy",
                _ => "Degraded",
            }).ToArray();
        var status = worst.Contains("Unhealthy") ? "Unhealthy" : worst.Contains("Degraded") ? "Degraded" : "Healthy";
        return new SystemHealth(status, replicas);
    }

    private async Task<ReplicaHealth> AskAsync(string service, string name, Uri address, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/health/ready"))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await upstream.SendAsync(request, limit.Token);
            await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
            var view = await JsonSerializer.DeserializeAsync<HealthView>(body, json, limit.Token);
            return Answer(view?.Status ?? "Unknown", view?.Checks, view?.MemoryMegabytes);
        }
        catch (Exception away) when (away is HttpRequestException or JsonException or IOException
            || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return Answer("Unreachable", null, null);
        }

        ReplicaHealth Answer(string status, IReadOnlyDictionary<string, HealthCheckView>? checks, long? memory) =>
            new(service, name, status,
                Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 1), memory, checks,
                IsServed(service, name));
    }

    private bool IsServed(string service, string name) => proxy.TryGetCluster(service, out var cluster)
        && cluster.Destinations.TryGetValue(name, out var replica) && ReplicaNotes.IsServed(replica);
}

/// <summary>GET /health: <c>Healthy</c> when every replica is ready, <c>Degraded</c> when every service
/// has one that is.</summary>
internal sealed record SystemHealth(string Status, IReadOnlyList<ReplicaHealth> Services);

/// <param name="IsServed">Whether this gateway sends it requests.</param>
internal sealed record ReplicaHealth(
    string Service,
    string Replica,
    string Status,
    double Milliseconds,
    long? MemoryMegabytes,
    IReadOnlyDictionary<string, HealthCheckView>? Checks,
    bool IsServed)
{
    internal bool IsReady => Status == "Healthy";
}
