using Microsoft.Extensions.Time.Testing;
using Tessera.Ops.Seeing;

namespace Tessera.Ops.Tests;

/// <summary>What the overview makes of the processes' counters.</summary>
public sealed class RatesTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Rates _rates;

    public RatesTests() => _rates = new Rates(_clock);

    [Fact]
    public void Says_how_often_how_badly_and_how_fast_between_the_first_look_and_the_last()
    {
        Look(("orders-1", 100, 2), ("orders-2", 50, 0));
        After(10, ("orders-1", 300, 5), ("orders-2", 150, 0));
        var orders = _rates.Now().Services["orders"];
        Assert.Equal(30, orders.PerSecond);
        Assert.Equal((3, 300), (orders.Failed, orders.Answered));
        Assert.False(orders.IsBad); // Three of three hundred are one in a hundred.
        After(10, ("orders-1", 300, 25), ("orders-2", 150, 0));
        Assert.True(_rates.Now().Services["orders"].IsBad);
        Assert.InRange(orders.P99Seconds!.Value, 0.01, 0.1);
        var flow = Assert.Single(_rates.Now().Flows);
        Assert.Equal(("inventory", "orders"), (flow.Stream, flow.Reader));
    }

    [Fact]
    public void A_process_that_began_anew_counts_from_zero_and_one_that_was_silent_once_is_no_rush()
    {
        Look(("orders-1", 1_000, 0), ("orders-2", 5_000, 0));
        After(10, ("orders-1", 40, 0));
        Assert.Equal(4, _rates.Now().Services["orders"].PerSecond);
        After(10, ("orders-1", 80, 0), ("orders-2", 5_100, 0));
        Assert.Equal(80 / 20.0 + 100 / 20.0, _rates.Now().Services["orders"].PerSecond);
    }

    [Fact]
    public void A_process_that_is_new_is_not_counted_before_it_was_seen_twice()
    {
        Look(("orders-1", 0, 0));
        After(10, ("orders-1", 10, 0), ("orders-2", 90_000, 0));
        Assert.Equal(1, _rates.Now().Services["orders"].PerSecond);
        After(10, ("orders-1", 20, 0), ("orders-2", 90_010, 0));
        Assert.Equal(2, _rates.Now().Services["orders"].PerSecond);
    }

    [Fact]
    public void Knows_nothing_of_one_look_and_forgets_what_is_older_than_a_minute()
    {
        Assert.Null(_rates.Now().Over);
        Look(("orders-1", 0, 0));
        Assert.Null(_rates.Now().Over);
        for (var look = 1; look <= 100; look++) After(2, ("orders-1", look < 50 ? 0 : 1_000, 0));
        Assert.Equal(TimeSpan.FromMinutes(1), _rates.Now().Over);
        Assert.Equal(0, _rates.Now().Services["orders"].PerSecond);
    }

    [Fact]
    public void Does_not_tell_what_was_seen_when_somebody_looked_last_as_what_is_now()
    {
        Look(("orders-1", 0, 0));
        After(2, ("orders-1", 120, 37));
        _clock.Advance(OpsOptions.CollectEveryMax + TimeSpan.FromSeconds(4)); // As rarely as it may be set to look.
        Assert.True(_rates.Now().Services["orders"].IsBad);
        _clock.Advance(TimeSpan.FromMinutes(10)); // The window is closed, or there is nowhere to ask any more.
        Assert.Null(_rates.Now().Over);
        Assert.Empty(_rates.Now().Services);
        Look(("orders-1", 5_000, 37));
        Assert.Null(_rates.Now().Over); // What came between says nothing of the last minute.
    }

    [Fact]
    public void Is_wanted_for_half_a_minute_after_a_look()
    {
        Assert.False(_rates.IsWanted);
        _rates.Now();
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.True(_rates.IsWanted);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(_rates.IsWanted);
    }

    private void After(int seconds, params (string Process, int Answered, int Failed)[] told)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        Look(told);
    }

    private void Look(params (string Process, int Answered, int Failed)[] told) => _rates.Add(told.ToDictionary(
        each => new MetricsTarget("orders", each.Process, "127.0.0.1:1"),
        each => ProcessCounters.Read(Metrics(each.Answered, each.Failed))));

    private static string Metrics(int answered, int failed) => string.Join('\n',
    [
        "# TYPE http_server_request_duration_seconds histogram",
        .. Answers("200", [answered - failed, answered - failed, answered - failed]),
        .. Answers("503", [0, failed, failed]),
        """http_server_request_duration_seconds_count{http_route="/orders/{id:guid}/events"} 7000""",
        """http_server_request_duration_seconds_count{http_route="/health/stopping"} 7000""",
        """http_server_request_duration_seconds_bucket{http_route="/health/stopping",le="+Inf"} 7000""",
        $$"""messaging_client_consumed_messages_total{messaging_destination_name="inventory"} {{answered}}""",
        """somebody_elses_total{text="a \"quoted\" } brace",more="x"} 12""",
        "broken{",
    ]);

    /// <param name="within">How many took no longer than 0.01 s, than 0.1 s, than anything.</param>
    private static IEnumerable<string> Answers(string status, int[] within)
    {
        const string requests = "http_server_request_duration_seconds";
        var labels = $"http_route=\"/orders\",http_response_status_code=\"{status}\"";
        string[] bounds = ["0.01", "0.1", "+Inf"];
        for (var at = 0; at < bounds.Length; at++)
            yield return $"{requests}_bucket{{{labels},le=\"{bounds[at]}\"}} {within[at]} 1764270000000";
        yield return $"{requests}_count{{{labels}}} {within[^1]}";
    }
}
