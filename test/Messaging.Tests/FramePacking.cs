using CsCheck;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Publishing;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

/// <summary>How the rows of a shard become messages, round by round.</summary>
public sealed class FramePacking
{
    // What one event of these tests takes at most, a little more than it does.
    private static readonly int EventBytes = FrameWriter.SizeBytesMax(Some.Event("k0"));

    private readonly RefusedKeys _refused = new(Options.Create(new OutboxOptions()));

    [Fact]
    public void Sends_frames_of_different_keys_together()
    {
        var batch = Batch(Enumerable.Range(0, 9).Select(key => "k" + key), 4 * EventBytes);
        Assert.True(batch.NextRound());
        Assert.Equal([4, 4, 1], Counts(batch));
        batch.Conclude(SendResult.AllAccepted, _refused, Some.Time);
        Assert.Equal(Enumerable.Range(0, 9).Select(key => "k" + key), batch.Accepted.Select(row => row.Event.Key));
        Assert.False(batch.NextRound());
    }

    [Fact]
    public void Sends_frames_that_share_a_key_one_after_the_other()
    {
        var batch = Batch(["k0", "k1", "k2", "k3", "k1", "k4", "k5", "k6"], 4 * EventBytes);
        Assert.True(batch.NextRound());
        Assert.Equal([4], Counts(batch));
        batch.Conclude(SendResult.AllAccepted, _refused, Some.Time);
        Assert.True(batch.NextRound());
        Assert.Equal([4], Counts(batch));
    }

    [Fact]
    public void Sends_an_event_that_is_larger_than_a_frame_alone_and_packs_the_others()
    {
        var queue = new ShardQueue(0, new RelayLimits(true, 4 * EventBytes));
        foreach (var key in new[] { "k0", "k1", "k2", "k3", "k4" })
        {
            queue.Add(Some.OutboxRow(0, key, key == "k2" ? '"' + new string('x', 4 * EventBytes) + '"' : "{}"));
        }
        var batch = new RelayBatch([queue]);
        Assert.True(batch.NextRound());
        Assert.Equal([2, 1, 2], Counts(batch));
    }

    [Fact]
    public void Looks_for_the_refused_event_in_its_frame_only()
    {
        var batch = Batch(Enumerable.Range(0, 8).Select(key => "k" + key), 4 * EventBytes);
        Assert.True(batch.NextRound());
        batch.Conclude(Refusing(0), _refused, Some.Time);
        Assert.True(batch.NextRound());
        Assert.Equal([1, 1, 1, 1], Counts(batch));
        batch.Conclude(Refusing(2), _refused, Some.Time);
        Assert.False(batch.NextRound());
        Assert.Equal(
            ["k0", "k1", "k3", "k4", "k5", "k6", "k7"], batch.Accepted.Select(row => row.Event.Key).Order());
        Assert.Equal("k2", Assert.Single(batch.Held).Row.Event.Key);
    }

    /// <summary>Keys, sizes and what the broker says of each message, all as chance will have it.</summary>
    [Fact]
    public void Keeps_the_order_of_each_key_and_sends_no_event_that_was_accepted_again() => Gen.Select(
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 600]).Array[1, 60], Gen.Int[0, 9].Array[100], Gen.Bool)
        .Sample((rows, fates, frames) =>
        {
            var queue = new ShardQueue(0, new RelayLimits(frames, 4 * EventBytes));
            for (var i = 0; i < rows.Length; i++)
            {
                var text = $"\"{i}:{new string('x', rows[i].Item2)}\"";
                queue.Add(Some.OutboxRow(0, "k" + rows[i].Item1, text) with { Id = i });
            }
            var batch = new RelayBatch([queue]);
            var (arrived, stopped, judged) = (new List<DecodedEvent>(), false, 0);
            while (batch.NextRound())
            {
                Assert.False(stopped, "Something was sent after a message of unknown fate.");
                var carried = batch.Messages.Select(Decode).ToList();
                Assert.Equal(
                    carried.Sum(events => events.Select(each => each.Event.Key).Distinct().Count()),
                    carried.SelectMany(events => events).Select(each => each.Event.Key).Distinct().Count());
                var failures = new List<SendFailure>();
                for (var i = 0; i < carried.Count; i++)
                {
                    var fate = fates[judged++ % fates.Length];
                    stopped |= fate == 1;
                    if (fate < 2)
                        failures.Add(new(i, fate == 0 ? SendOutcome.Refused : SendOutcome.Unknown, "by chance"));
                    if (fate != 0) arrived.AddRange(carried[i]); // Of unknown fate may well mean arrived.
                }
                batch.Conclude(new SendResult(failures), _refused, Some.Time);
            }
            Assert.Equal(batch.Accepted.Count, batch.Accepted.Select(row => row.Id).Distinct().Count());
            foreach (var key in arrived.GroupBy(each => each.Event.Key))
            {
                var numbers = key.Select(each => Number(each.Event)).ToList();
                var all = Enumerable.Range(0, rows.Length).Where(i => "k" + rows[i].Item1 == key.Key);
                Assert.Equal(all.Take(numbers.Count), numbers);
            }
            if (!stopped)
                Assert.Equal(rows.Select(row => row.Item1).Distinct().Count(), Ended(batch));
        });

    [Fact]
    public void Packs_a_frame_of_the_default_size_with_one_allocation_that_is_no_large_object()
    {
        var envelope = Some.Event(text: "\"" + new string('x', 200) + "\"");
        var count = new OutboxOptions().FrameBytesMax / FrameWriter.SizeBytesMax(envelope);
        var events = Enumerable.Repeat(envelope, count).ToArray();
        WireFormat.EncodeFrame(events, 0); // The thread's buffer grows.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var frame = WireFormat.EncodeFrame(events, 0);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(allocated, frame.Body.Length, frame.Body.Length + 1_000);
        Assert.InRange(frame.Body.Length, 60_000, 84_999);
    }

    /// <summary>Keys whose events all arrived, or of which one was refused.</summary>
    private static int Ended(RelayBatch batch) => batch.Accepted.Select(row => row.Event.Key)
        .Concat(batch.Held.Select(held => held.Row.Event.Key)).Distinct().Count();

    private static RelayBatch Batch(IEnumerable<string> keys, int frameBytesMax)
    {
        var queue = new ShardQueue(0, new RelayLimits(true, frameBytesMax));
        foreach (var key in keys) queue.Add(Some.OutboxRow(0, key));
        return new RelayBatch([queue]);
    }

    private static SendResult Refusing(int message) => new([new(message, SendOutcome.Refused, "too ugly")]);

    private static IEnumerable<int> Counts(RelayBatch batch) => batch.Messages.Select(message => Decode(message).Count);

    private static int Number(EventEnvelope envelope) => int.Parse(
        System.Text.Encoding.UTF8.GetString(envelope.Data.Span).Trim('"').Split(':')[0],
        System.Globalization.CultureInfo.InvariantCulture);

    private static List<DecodedEvent> Decode(WireMessage message)
    {
        var events = new List<DecodedEvent>();
        WireFormat.Decode(message, Some.Time, events);
        return events;
    }
}
