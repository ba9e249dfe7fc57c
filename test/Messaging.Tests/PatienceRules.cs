using Microsoft.Extensions.Time.Testing;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

/// <summary>What all tests wait with, for as long as the machine could have done what they wait for.</summary>
public sealed class PatienceRules
{
    private readonly FakeTimeProvider _clock = new();
    private TimeSpan _stalled = TimeSpan.FromHours(7);

    [Fact]
    public void Time_in_which_somebody_stood_in_line_for_a_processor_counts_a_fifth()
    {
        var patience = new Patience(_clock, () => _stalled);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(10), patience.Used);

        _clock.Advance(TimeSpan.FromSeconds(10));
        _stalled += TimeSpan.FromSeconds(5);
        Assert.Equal(TimeSpan.FromSeconds(16), patience.Used);
    }

    [Fact]
    public void A_hang_ends_however_many_stand_in_line()
    {
        var patience = new Patience(_clock, () => _stalled);
        _clock.Advance(TimeSpan.FromSeconds(10));
        _stalled += TimeSpan.FromMinutes(1);
        Assert.Equal(TimeSpan.FromSeconds(2), patience.Used);
    }

    [Fact]
    public void Linux_tells_it_in_microseconds() => Assert.Equal(
        TimeSpan.FromSeconds(38.021_082),
        Patience.Read("some avg10=98.81 avg60=95.57 avg300=66.89 total=38021082\nfull avg10=0.00 total=7\n"));

    [Fact]
    public async Task What_does_not_end_is_named_and_what_fails_fails_as_it_did()
    {
        var never = new TaskCompletionSource();
        var late = await Assert.ThrowsAsync<TimeoutException>(
            () => never.Task.WithinAsync(TimeSpan.FromMilliseconds(1)));
        Assert.Contains("never.Task", late.Message, StringComparison.Ordinal);

        never.SetException(new InvalidOperationException("broken"));
        var broken = await Assert.ThrowsAsync<InvalidOperationException>(
            () => never.Task.WithinAsync(Eventually.Bound));
        Assert.Equal("broken", broken.Message);
    }
}
