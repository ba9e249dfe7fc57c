using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>Asks every replica of every service whether it is ready.</summary>
internal sealed class ReadHealth(
    IConfiguration configuration, HttpMessageInvoker upstream, IProxyStateLookup proxy, RouteFile routes)
{
    internal const string Unreachable = "Unreachable";
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);
    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web);

    public async Task<SystemHealth> ReadAsync(CancellationToken stop)
    {
        var asked =
            from service in Shop.Services.Concat(Shop.Foreign.Select(each => each.Name).Where(IsGiven))
            from replica in ServiceAddresses.Of(configuration, service)
                .Select((address, index) => (address, Name: $"{service}-{index + 1}"))
            select AskAsync(service, replica.Name, replica.address, stop);
        var replicas = await Task.WhenAll(asked);
        return new SystemHealth(StatusOf(replicas), replicas);
    }

    /// <summary>A store that has no place for a foreign service is not asked for one.</summary>
    private bool IsGiven(string service) => ServiceAddresses.IsGiven(configuration, service);

    /// <summary>Of the whole. A foreign service does not count while it is not there, since its tools may be missing
    /// here and the store is whole without it; one that says that it is not well is told of.</summary>
    internal static string StatusOf(IEnumerable<ReplicaHealth> replicas)
    {
        var each = replicas.GroupBy(replica => replica.Service).Select(service =>
        {
            var isForeign = IsForeign(service.Key);
            var counted = isForeign ? [.. service.Where(replica => replica.Status != Unreachable)] : service.ToArray();
            return counted.Count(replica => replica.IsReady) switch
            {
                var ready when ready == counted.Length => "Healthy",
                0 when !isForeign => "Unhealthy", // Nobody serves it.
                _ => "Degraded",
            };
        }).ToArray();
        return each.Contains("Unhealthy") ? "Unhealthy" : each.Contains("Degraded") ? "Degraded" : "Healthy";
    }

    internal static bool IsForeign(string service) => Shop.Foreign.Any(foreign => foreign.Name == service);

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
            if (Find(service, address) is { } answering) ReplicaNotes.Of(answering).HasAnswered = true;
            return Answer(view?.Status ?? "Unknown", view?.Checks, view?.MemoryMegabytes);
        }
        catch (Exception away) when (away is HttpRequestException or JsonException or IOException
            || (away is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return Answer(Unreachable, null, null);
        }

        ReplicaHealth Answer(string status, IReadOnlyDictionary<string, HealthCheckView>? checks, long? memory)
        {
            var replica = Find(service, address);
            return new(
                service, name, status, Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 1), memory,
                checks, replica is not null && ReplicaNotes.IsServed(replica),
                replica is not null && ReplicaNotes.Of(replica).HasAnswered, ShareOf(service, address));
        }
    }

    // By its address: a replica that is a canary has another name there.
    private DestinationState? Find(string service, Uri address) => proxy.TryGetCluster(service, out var cluster)
        ? cluster.Destinations.Values.FirstOrDefault(each => new Uri(each.Model.Config.Address) == address)
        : null;

    private int? ShareOf(string service, Uri address) =>
        routes.CanaryOf(service) is { } canary && canary.IsAt(address) ? canary.Percent : null;
}

/// <summary>GET /health: <c>Healthy</c> when every replica is ready, <c>Degraded</c> when every service
/// has one that is.</summary>
internal sealed record SystemHealth(string Status, IReadOnlyList<ReplicaHealth> Services);

/// <param name="IsServed">Whether this gateway sends it requests.</param>
/// <param name="HasAnswered">Whether this gateway has had an answer of it since the gateway began.</param>
/// <param name="CanaryPercent">How many of a hundred users it gets, when it is the canary of its service.</param>
internal sealed record ReplicaHealth(
    string Service,
    string Replica,
    string Status,
    double Milliseconds,
    long? MemoryMegabytes,
    IReadOnlyDictionary<string, HealthCheckView>? Checks,
    bool IsServed,
    bool HasAnswered,
    int? CanaryPercent)
{
    internal bool IsReady => Status == "Healthy";

    /// <summary>A foreign service that was never there since this gateway began: what it needs may be missing here, and
    /// nobody is to be alarmed.</summary>
    internal bool IsNotStarted =>
        Status == ReadHealth.Unreachable && !HasAnswered && ReadHealth.IsForeign(Service);
}
