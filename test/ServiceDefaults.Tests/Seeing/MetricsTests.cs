using System.Net;
using Tessera.Testing;

namespace Tessera.ServiceDefaults.Tests;

/// <summary>Alone: a process tells what all hosts in it have measured, and other tests have hosts of their own.
/// </summary>
[CollectionDefinition(nameof(MetricsOfOneHost), DisableParallelization = true)]
public sealed class MetricsOfOneHost;

/// <summary>What <c>/metrics</c> tells, and whom.</summary>
[Collection(nameof(MetricsOfOneHost))]
public sealed class MetricsTests(SampleService service) : IClassFixture<SampleService>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tells_of_requests_by_route_and_never_by_address()
    {
        var id = Guid.NewGuid();
        using var asked = await service.GetAsync($"/things/{id}?page=3");
        using var unknown = await service.GetAsync($"/nowhere/{id}");

        var metrics = await MetricsWithAsync("http_route=\"/things/{id:guid}\"");
        Assert.Contains(
            metrics.Split('\n'),
            line => line.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal)
                && line.Contains("http_route=\"/things/{id:guid}\"", StringComparison.Ordinal)
                && line.Contains("http_response_status_code=\"200\"", StringComparison.Ordinal));
        Assert.DoesNotContain(id.ToString(), metrics, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("nowhere", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tells_of_the_runtime_and_of_the_disk()
    {
        var metrics = await service.Http1.GetStringAsync("/metrics", Stop);
        Assert.Contains("dotnet_gc_collections_total{", metrics, StringComparison.Ordinal);
        Assert.Contains("dotnet_thread_pool_queue_length", metrics, StringComparison.Ordinal);
        Assert.Contains("tessera_disk_free_bytes ", metrics, StringComparison.Ordinal);
        Assert.Contains("tessera_disk_needed_bytes ", metrics, StringComparison.Ordinal);
        Assert.Contains("tessera_clock_time_seconds ", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_neither_probes_nor_itself()
    {
        using var probe = await service.GetAsync("/health/ready");
        await service.Http1.GetStringAsync("/metrics", Stop);
        using var later = await service.GetAsync("/codes/A1");
        var metrics = await MetricsWithAsync("http_route=\"/codes/{sku}\"");
        Assert.DoesNotContain("/health", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("\"/metrics\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Has_nothing_there_for_who_comes_by_way_of_the_gateway()
    {
        using var response = await service.Http2.GetAsync("/metrics", Stop);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Takes_no_other_method()
    {
        using var response = await service.Http1.PostAsync("/metrics", null, Stop);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task Speaks_OpenMetrics_to_who_asks_for_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Accept.ParseAdd("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        using var response = await service.Http1.SendAsync(request, Stop);
        Assert.Equal("application/openmetrics-text", response.Content.Headers.ContentType!.MediaType);
        Assert.EndsWith("# EOF\n", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    /// <summary>A request is counted when it is over, which its client may see first, and what is told is kept for a
    /// moment.</summary>
    private async Task<string> MetricsWithAsync(string what)
    {
        var metrics = "";
        await Eventually.HoldsAsync($"the metrics have {what}", async () =>
            (metrics = await service.Http1.GetStringAsync("/metrics", Stop)).Contains(what, StringComparison.Ordinal));
        return metrics;
    }
}
