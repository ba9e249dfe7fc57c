using System.Collections.Concurrent;
using System.Text;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>Signals that may be lost, and mostly are not.</summary>
public abstract class BroadcastPromises(TransportBackend backend) : TransportSuite(backend)
{
    private string _channel = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Assert.SkipUnless(Backend.Features.Broadcast, $"{Backend.Name} has no broadcast.");
        _channel = Some.Name("channel");
    }

    [Fact]
    public async Task A_signal_reaches_every_process_that_listens()
    {
        var (sender, first, second) = (await StartAsync(), await StartAsync(), await StartAsync());
        var (heard, heardToo) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        await using var one = await first.ListenAsync(_channel, Into(heard), Stop);
        await using var two = await second.ListenAsync(_channel, Into(heardToo), Stop);
        await using var own = await sender.ListenAsync(_channel, Into(heard), Stop);

        // A signal may be lost while a listener joins, so it is repeated until all have heard one.
        await Eventually.HoldsAsync("all listeners hear a signal", async () =>
        {
            await sender.BroadcastAsync(_channel, "refresh"u8.ToArray(), Stop);
            return heard.Count >= 2 && !heardToo.IsEmpty;
        });
        Assert.All(heard.Concat(heardToo), signal => Assert.Equal("refresh", signal));
    }

    [Fact]
    public async Task A_signal_stays_on_its_channel()
    {
        var transport = await StartAsync();
        var (here, there) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        await using var one = await transport.ListenAsync(_channel, Into(here), Stop);
        await using var two = await transport.ListenAsync(_channel + "-other", Into(there), Stop);
        await Eventually.HoldsAsync("the channel's listener hears", async () =>
        {
            await transport.BroadcastAsync(_channel, "here"u8.ToArray(), Stop);
            return !here.IsEmpty;
        });
        Assert.Empty(there);
    }

    [Fact]
    public async Task Nothing_is_kept_for_a_listener_that_comes_later()
    {
        var transport = await StartAsync();
        await transport.BroadcastAsync(_channel, "early"u8.ToArray(), Stop);
        var heard = new ConcurrentQueue<string>();
        await using var listener = await transport.ListenAsync(_channel, Into(heard), Stop);
        await Eventually.HoldsAsync("a later signal is heard", async () =>
        {
            await transport.BroadcastAsync(_channel, "late"u8.ToArray(), Stop);
            return heard.Contains("late");
        });
        Assert.DoesNotContain("early", heard);
    }

    [Fact]
    public async Task A_listener_that_fails_or_has_stopped_hinders_nobody()
    {
        var transport = await StartAsync();
        var (heard, stopped) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        await (await transport.ListenAsync(_channel, Into(stopped), Stop)).DisposeAsync();
        await using var failing = await transport.ListenAsync(
            _channel, _ => throw new InvalidOperationException("This listener always fails."), Stop);
        await using var listener = await transport.ListenAsync(_channel, Into(heard), Stop);
        await Eventually.HoldsAsync("two signals are heard", async () =>
        {
            await transport.BroadcastAsync(_channel, "again"u8.ToArray(), Stop);
            return heard.Count >= 2;
        });
        Assert.Empty(stopped);
    }

    private static Func<ReadOnlyMemory<byte>, ValueTask> Into(ConcurrentQueue<string> heard) => payload =>
    {
        heard.Enqueue(Encoding.UTF8.GetString(payload.Span));
        return ValueTask.CompletedTask;
    };
}
