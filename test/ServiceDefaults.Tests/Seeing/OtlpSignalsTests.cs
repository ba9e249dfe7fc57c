using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Tessera.Testing;

namespace Tessera.ServiceDefaults.Tests;

/// <summary>What a collector is sent besides traces.</summary>
[Collection(nameof(MetricsOfOneHost))]
public sealed class OtlpSignalsTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Path, string Body)> _taken = [];
    private WebApplication? _collector;
    private SampleService? _service;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _collector = builder.Build();
        _collector.MapPost("/{**path}", async (string path, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            // Of the messages, which are Protobuf, the texts stand as they are.
            _taken.Enqueue((path, Encoding.UTF8.GetString(body.ToArray())));
        });
        await _collector.StartAsync();
        _service = new SampleService
        {
            Settings = new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Services.GetRequiredService<IServer>()
                    .Features.Get<IServerAddressesFeature>()!.Addresses.Single(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "50",
                ["OTEL_BLRP_SCHEDULE_DELAY"] = "50",
            },
        };
        await _service.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null) await _service.DisposeAsync();
        if (_collector is not null) await _collector.DisposeAsync();
    }

    [Fact]
    public async Task A_line_of_a_handler_has_its_event_its_stream_and_its_key()
    {
        using var answer = await _service!.GetAsync("/handled/a-planted-line");
        Assert.True(answer.IsSuccessStatusCode);
        await Eventually.HoldsAsync("the line has come", () => Bodies("v1/logs").Any(body =>
            body.Contains("a-planted-line", StringComparison.Ordinal)));
        var line = Bodies("v1/logs").First(body => body.Contains("a-planted-line", StringComparison.Ordinal));
        foreach (var part in (string[])
            ["messaging.message.id", SampleService.Event, "messaging.destination.name", "things",
             "tessera.message.key", "key-of-the-thing"])
        {
            Assert.Contains(part, line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_metrics_that_Prometheus_reads_are_sent_as_well()
    {
        using var answer = await _service!.GetAsync($"/things/{Guid.NewGuid()}");
        Assert.True(answer.IsSuccessStatusCode);
        await Eventually.HoldsAsync("the metrics have come", () => Bodies("v1/metrics").Any(body =>
            body.Contains("http.server.request.duration", StringComparison.Ordinal)
            && body.Contains("/things/{id:guid}", StringComparison.Ordinal)
            && body.Contains("dotnet.gc.collections", StringComparison.Ordinal)));
    }

    private IEnumerable<string> Bodies(string path) =>
        _taken.Where(each => each.Path == path).Select(each => each.Body);
}
