using Microsoft.Extensions.Logging.Abstractions;
using Tessera.Messaging.Conformance;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

public sealed class LogRetentionTests : IAsyncDisposable
{
    private readonly LogUnderTest _log = new() { Configure = options => options.RetainRead = TimeSpan.Zero };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keeps_what_the_slowest_subscriber_has_not_read_and_deletes_the_rest()
    {
        var transport = await _log.StartAsync("orders", "inventory", "payments");
        await SendAsync(transport, 1200);
        var fast = await ReadAllAsync(transport, "inventory", 1200);
        await fast.DisposeAsync();
        Assert.Equal(0, await TrimAsync());

        var slow = await ReadAllAsync(transport, "payments", 1200);
        await slow.DisposeAsync();
        Assert.Equal(1200, await TrimAsync());
        Assert.Equal(0, await TrimAsync());
    }

    [Fact]
    public async Task Offsets_go_on_where_they_were_when_everything_was_deleted()
    {
        var transport = await _log.StartAsync("orders");
        await SendAsync(transport, 10);
        await (await ReadAllAsync(transport, "inventory", 10)).DisposeAsync();
        Assert.Equal(10, await TrimAsync());

        await SendAsync(transport, 5, first: 10);
        var journal = new Journal();
        await using var reader = await Reader.OpenAsync(
            transport, new Subscription("orders", 4, "inventory"), journal, null, Stop);
        await journal.HasAsync(5, [0]);
        Assert.Equal(Enumerable.Range(10, 5), journal.Numbers(0));
    }

    [Fact]
    public async Task Keeps_what_was_read_for_as_long_as_it_is_told_to()
    {
        _log.Configure = options => options.RetainRead = TimeSpan.FromHours(1);
        var transport = await _log.StartAsync("orders");
        await SendAsync(transport, 10);
        await (await ReadAllAsync(transport, "inventory", 10)).DisposeAsync();
        Assert.Equal(0, await TrimAsync());
    }

    [Fact]
    public async Task Keeps_a_stream_that_nobody_reads_for_a_while()
    {
        var transport = _log.NewTransport();
        await transport.StartAsync(new Topology([new StreamDefinition("orders", 4, [])], []), Stop);
        await SendAsync(transport, 10);
        Assert.Equal(0, await TrimAsync());
        _log.Configure = options => options.RetainUnclaimed = TimeSpan.Zero;
        Assert.Equal(10, await TrimAsync());
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private static async Task SendAsync(EmbeddedTransport transport, int count, int first = 0)
    {
        foreach (var part in Some.Messages("orders", 0, count, first).Chunk(300))
            Assert.Empty((await transport.SendAsync(part, Stop)).Failures);
    }

    private static async Task<Reader> ReadAllAsync(ITransport transport, string subscriber, int count)
    {
        var journal = new Journal();
        var reader = await Reader.OpenAsync(transport, new Subscription("orders", 4, subscriber), journal, null, Stop);
        await journal.HasAsync(count, [0]);
        return reader;
    }

    /// <summary>What one round deletes, by a process of its own.</summary>
    private async Task<int> TrimAsync()
    {
        var options = new EmbeddedTransportOptions { File = _log.File };
        _log.Configure(options);
        using var log = new EmbeddedLog(options, TimeProvider.System);
        await using var retention = new LogRetention(log, NullLogger<LogRetention>.Instance);
        return await retention.TrimOnceAsync(Stop);
    }
}
