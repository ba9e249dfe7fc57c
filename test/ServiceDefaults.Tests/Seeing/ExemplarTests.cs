using System.Diagnostics;
using System.Text.RegularExpressions;
using Tessera.Testing;

namespace Tessera.ServiceDefaults.Tests;

/// <summary>A service whose telemetry goes to a collector that is not there.</summary>
public sealed partial class ExemplarTests : IAsyncLifetime
{
    private readonly SampleService _service = new()
    {
        Settings = new Dictionary<string, string?> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9" },
    };

    [Fact]
    public async Task A_time_names_the_trace_that_is_kept_and_no_other()
    {
        var (kept, dropped) = (ActivityTraceId.CreateRandom(), ActivityTraceId.CreateRandom());
        await AskAsync(kept, "01");
        await AskAsync(dropped, "00");

        var metrics = "";
        // A time is taken when all is over, which is a moment after the answer.
        await Eventually.HoldsAsync("both times are taken", async () =>
        {
            metrics = await MetricsAsync();
            return Taken().IsMatch(metrics);
        });
        Assert.Contains(kept.ToHexString(), Exemplar().Matches(metrics).Select(match => match.Groups[1].Value));
        Assert.DoesNotContain(dropped.ToHexString(), metrics, StringComparison.Ordinal);
    }

    public ValueTask InitializeAsync() => _service.InitializeAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private async Task<string> MetricsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Accept.ParseAdd("application/openmetrics-text; version=1.0.0");
        using var response = await _service.Http1.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task AskAsync(ActivityTraceId trace, string flags)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/timed/{Guid.NewGuid()}");
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-{flags}");
        using var response = await _service.Http1.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    [GeneratedRegex("""_duration_seconds_count\{.*http_route="/timed.* 2$""", RegexOptions.Multiline)]
    private static partial Regex Taken();

    [GeneratedRegex("""_seconds_bucket\{.*http_route="/timed.*# \{.*trace_id="([0-9a-f]{32})""")]
    private static partial Regex Exemplar();
}
