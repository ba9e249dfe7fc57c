using System.Diagnostics;

namespace Tessera.ServiceDefaults.Tests;

/// <summary>Where telemetry goes, and how much of it.</summary>
[Collection(nameof(MetricsOfOneHost))]
public sealed class OtlpSettingsTests
{
    private const string Nobody = "http://127.0.0.1:9";

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317x")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://collector")]
    [InlineData("OTEL_TRACES_SAMPLER", "some")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "10%")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "1.5")]
    [InlineData("OTEL_BSP_MAX_QUEUE_SIZE", "0")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "10s")]
    public async Task A_value_that_is_none_refuses_the_start_by_its_key(string key, string value)
    {
        var service = new SampleService
        {
            Settings = new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Nobody,
                ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio",
                [key] = value,
            },
        };
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => service.InitializeAsync().AsTask());
        Assert.StartsWith($"{key} is '{value}': expected", refused.Message, StringComparison.Ordinal);
        await service.DisposeAsync();
    }

    [Fact]
    public async Task A_part_of_the_traces_is_kept_and_what_a_parent_decided_stands()
    {
        await using var service = new SampleService
        {
            Settings = new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Nobody,
                ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio",
                ["OTEL_TRACES_SAMPLER_ARG"] = "0.1",
            },
        };
        await service.InitializeAsync();
        using var source = new ActivitySource("Tessera.Test");
        Activity.Current = null;
        var kept = Enumerable.Range(0, 5_000).Count(_ =>
        {
            using var root = source.StartActivity("root");
            using var child = source.StartActivity("child");
            Assert.Equal(root!.Recorded, child?.Recorded ?? false);
            return root.Recorded;
        });
        // By the trace ids, which are random: ten standard deviations to either side.
        Assert.InRange(kept, 290, 710);
        foreach (var flags in new[] { ActivityTraceFlags.None, ActivityTraceFlags.Recorded })
        {
            var parent = new ActivityContext(
                ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags, isRemote: true);
            using var next = source.StartActivity("next", ActivityKind.Consumer, parent);
            Assert.Equal(flags, next!.ActivityTraceFlags);
        }
    }
}
