using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>Sends batches over the lanes and tells the fate of each message.</summary>
internal sealed class Publisher
{
    private readonly BrokerLink _link;
    private readonly RabbitMqOptions _options;
    private readonly PublishLane[] _lanes;

    public Publisher(BrokerLink link, RabbitMqOptions options, TimeProvider clock)
    {
        _link = link;
        _options = options;
        var routes = new RouteNames();
        _lanes = [.. Enumerable.Range(0, options.PublishChannels).Select(
            _ => new PublishLane(link, options, routes, clock))];
    }

    public async Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop)
    {
        if (messages.Count == 0) return SendResult.AllAccepted;
        stop.ThrowIfCancellationRequested();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(_options.SendTimeout);
        await WaitWhileBlockedAsync(stop, deadline.Token).ConfigureAwait(false);

        var batch = new SendBatch(messages);
        var work = Distribute(batch);
        var publishing = new List<Task>(_lanes.Length);
        for (var lane = 0; lane < _lanes.Length; lane++)
        {
            if (work[lane] is { } indexes) publishing.Add(_lanes[lane].PublishAsync(batch, indexes, deadline.Token));
        }
        await AllAsync(publishing).ConfigureAwait(false);
        try
        {
            await batch.Known.WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Late confirms must not meet the numbers of a later send: unless the broker said that it pauses, the
            // connection is given up. A blocked one is kept: a new one would be blocked as well.
            if (_link.BlockedReason is null) await AbandonAsync(work).ConfigureAwait(false);
        }
        stop.ThrowIfCancellationRequested();
        return batch.Result(_link.BlockedReason is { } blocked
            ? $"RabbitMQ accepts no publishing: {blocked}"
            : $"RabbitMQ did not confirm it within {_options.SendTimeout.TotalSeconds:0.#} s");
    }

    private async Task WaitWhileBlockedAsync(CancellationToken stop, CancellationToken deadline)
    {
        if (_link.BlockedReason is not { } reason) return;
        try
        {
            await _link.WhenUnblockedAsync().WaitAsync(deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TransportUnavailableException(
                $"RabbitMQ accepts no publishing until its alarm ends ({reason}). Give it memory or disk space; " +
                "the events wait in the outbox.");
        }
    }

    /// <summary>Which messages go through which lane. Those too large are refused at once, and with them what follows
    /// of their key: a key must not run ahead of its refused event.</summary>
    private List<int>?[] Distribute(SendBatch batch)
    {
        var work = new List<int>?[_lanes.Length];
        HashSet<(string, string)>? stopped = null;
        for (var index = 0; index < batch.Messages.Count; index++)
        {
            var message = batch.Messages[index];
            if (message.Body.Length > _options.BodySizeBytesMax)
            {
                batch.Refuse(index, $"too large: {message.Body.Length} bytes; " +
                    $"Messaging:RabbitMq:BodySizeBytesMax allows {_options.BodySizeBytesMax}");
                if (message.Key is not null) (stopped ??= []).Add((message.Stream, message.Key));
            }
            else if (message.Key is not null && stopped?.Contains((message.Stream, message.Key)) == true)
            {
                batch.Refuse(index, "an earlier event of its key was refused");
            }
            else
            {
                (work[message.Partition % _lanes.Length] ??= new(batch.Messages.Count)).Add(index);
            }
        }
        return work;
    }

    private async Task AbandonAsync(List<int>?[] work)
    {
        for (var lane = 0; lane < _lanes.Length; lane++)
        {
            if (work[lane] is not null)
                await _lanes[lane].AbandonAsync("confirms were outstanding for too long").ConfigureAwait(false);
        }
    }

    /// <summary>Waits for all; throws when the broker could not be reached at all, so that nothing
    /// is known of any.</summary>
    private static async Task AllAsync(List<Task> publishing)
    {
        try
        {
            await Task.WhenAll(publishing).ConfigureAwait(false);
        }
        catch (TransportRefusedException refusal)
        {
            // At start this is final; here the relay waits, and the log says what the broker refuses.
            throw new TransportUnavailableException(refusal.Message, refusal);
        }
    }
}
