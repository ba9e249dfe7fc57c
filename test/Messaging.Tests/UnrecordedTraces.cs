using System.Collections.Concurrent;
using System.Diagnostics;
using Tessera.Messaging.Tests.Fakes;
using Tessera.Messaging.Wire;
using Xunit;

namespace Tessera.Messaging.Tests;

/// <summary>Alone: whoever listens anywhere in the process has activities made for all.</summary>
[CollectionDefinition(nameof(NobodyRecords), DisableParallelization = true)]
public sealed class NobodyRecords;

/// <summary>While no trace is kept, as without a collector or of the part that sampling leaves out.</summary>
[Collection(nameof(NobodyRecords))]
public sealed class UnrecordedTraces : IAsyncDisposable
{
    private readonly StockService _stock = new();

    public ValueTask DisposeAsync() => _stock.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handler_still_knows_of_which_message_it_is_and_so_do_its_log_lines(bool withContext)
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Tessera.Messaging",
            // As the SDK and the services' own listener decide: a part of what is not kept is not made.
            Sample = (ref ActivityCreationOptions<ActivityContext> made) =>
                made.Parent.SpanId == default || made.Parent.IsRemote
                    ? ActivitySamplingResult.PropagationData : ActivitySamplingResult.None,
        };
        ActivitySource.AddActivityListener(listener);
        var seen = new ConcurrentQueue<(string Trace, object? Id)>();
        _stock.Script.OnOrder = (_, _) => seen.Enqueue((
            Activity.Current!.TraceId.ToString(), Activity.Current.GetTagItem("messaging.message.id")));
        await _stock.StartAsync();
        var traces = Enumerable.Range(0, 2).Select(_ => ActivityTraceId.CreateRandom().ToString()).ToList();
        var events = traces.Select((trace, number) => StockService.Event(new OrderPlaced("k" + number, number)) with
        {
            TraceParent = withContext ? $"00-{trace}-{ActivitySpanId.CreateRandom()}-00" : null,
        }).ToList();
        _stock.Broker.Append(WireFormat.EncodeFrame([.. events], 0));
        await _stock.UntilSeenAsync(2);
        Assert.Equal(events.Select(known => (object?)known.Id.ToString()), seen.Select(each => each.Id).TakeLast(2));
        Assert.Equal(2, seen.Select(each => each.Trace).TakeLast(2).Distinct().Count());
        if (withContext) Assert.Equal(traces, seen.Select(each => each.Trace).TakeLast(2));
    }
}
