using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Tessera.Testing;

namespace Tessera.ServiceDefaults.Tests;

/// <summary>Telemetry that nobody takes costs those who are served nothing: no time, no memory without end, and no
/// stop that waits. One host's spans are everybody's in a process, so these are alone.</summary>
[Collection(nameof(MetricsOfOneHost))]
public sealed partial class UnreachableCollectorTests
{
    /// <summary>More than the queues of all signals hold together.</summary>
    private const int More = 12_000;

    private const int Requests = 200;

    /// <summary>So many answers the machine may hold up, which has more to do than this test. What waits for the
    /// collector waits in every request, or in each that fills a batch.</summary>
    private const int HeldUpMax = 2;

    private const int Queue = 2_048;
    private const int Batch = 512;

    /// <summary>Of one instrument, for one who reads it.</summary>
    private const int SeriesMax = 2_000;

    /// <summary>How long one attempt to send may take.</summary>
    private static readonly TimeSpan Attempt = TimeSpan.FromMinutes(5);

    /// <summary>Some milliseconds are what it takes.</summary>
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(2);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task A_collector_that_refuses_delays_neither_an_answer_nor_the_stop(string protocol) =>
        await ServesAndStopsAsync("http://127.0.0.1:9", protocol);

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task A_collector_that_takes_and_never_answers_delays_neither_an_answer_nor_the_stop(string protocol)
    {
        using var silent = new SilentCollector();
        await ServesAndStopsAsync(silent.Address, protocol, silent.Taken);
    }

    [Fact]
    public async Task Spans_that_nobody_takes_are_dropped_once_the_queues_are_full()
    {
        using var source = new ActivitySource("Tessera.Test");
        await AreDroppedAsync(_ => Fill(source), Queue + (2 * Batch));
    }

    /// <summary>The records themselves are used again: as many as wait may lie ready beside them.</summary>
    [Fact]
    public Task Lines_of_the_log_that_nobody_takes_are_dropped_once_the_queues_are_full() => AreDroppedAsync(
        service => Make(thing => LogThing(service.Logger, thing)), (2 * Queue) + (2 * Batch));

    /// <summary>Of each instrument, what it was told is summed up: for the collector, and for who asks.</summary>
    [Fact]
    public async Task Metrics_that_nobody_takes_are_no_more_than_their_series()
    {
        using var meter = new Meter("Tessera.Test");
        var counter = meter.CreateCounter<int>("tessera.test");
        await AreDroppedAsync(_ => Make(thing => counter.Add(1, new KeyValuePair<string, object?>("thing", thing))),
            2 * SeriesMax);
    }

    private static async Task AreDroppedAsync(Func<SampleService, List<WeakReference>> fill, int keptMax)
    {
        using var silent = new SilentCollector();
        await using var service = ServiceWith(silent.Address, "http/protobuf");
        await service.InitializeAsync();
        var kept = fill(service);
        await silent.Taken.WaitAsync(Stop);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.InRange(kept.Count(one => one.IsAlive), 1, keptMax);
        await service.StopAsync();
    }

    private static async Task ServesAndStopsAsync(string address, string protocol, Task? taken = null)
    {
        await using var service = ServiceWith(address, protocol); // Whatever comes: its spans are everybody's.
        await service.InitializeAsync();
        using var source = new ActivitySource("Tessera.Test");
        Fill(source);
        if (taken is not null) await taken.WaitAsync(Stop);

        // Its queues are full and its threads wait for the collector by now.
        var slow = new List<TimeSpan>();
        for (var number = 0; number < Requests; number++)
        {
            var asked = Stopwatch.GetTimestamp();
            using var answer = await service.GetAsync($"/things/{Guid.NewGuid()}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            var took = Stopwatch.GetElapsedTime(asked);
            if (took >= SlowAnswer) slow.Add(took);
            Assert.True(slow.Count <= HeldUpMax, $"Of {number + 1} answers these took {string.Join(", ", slow)}.");
        }
        Assert.DoesNotContain(slow, took => took > Attempt / 10);

        var stopping = Stopwatch.GetTimestamp();
        await service.StopAsync();
        var stopped = Stopwatch.GetElapsedTime(stopping);
        Assert.True(stopped < TimeSpan.FromSeconds(5), $"The stop took {stopped}.");
    }

    private static SampleService ServiceWith(string address, string protocol) => new()
    {
        Settings = new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = $"{Attempt.TotalMilliseconds}",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "50",
            ["Logging:Console:LogLevel:Default"] = "None",
        },
    };

    private static List<WeakReference> Fill(ActivitySource source)
    {
        var spans = new List<WeakReference>(More);
        for (var number = 0; number < More; number++)
        {
            using var span = source.StartActivity("something");
            Assert.NotNull(span);
            spans.Add(new WeakReference(span));
        }
        return spans;
    }

    private static List<WeakReference> Make(Action<string> tell)
    {
        var things = new List<WeakReference>(More);
        for (var number = 0; number < More; number++)
        {
            var thing = $"thing-{number}";
            tell(thing);
            things.Add(new WeakReference(thing));
        }
        return things;
    }

    [LoggerMessage(1, LogLevel.Information, "There is {Thing}")]
    private static partial void LogThing(ILogger logger, string thing);
}
