using StackExchange.Redis;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>Appends each partition's messages in one transaction, all partitions in one pipeline.</summary>
internal sealed class RedisPublisher(RedisLink link, RedisOptions options)
{
    /// <summary>Streams that the start declared. Redis would make any other silently, with nobody to read it.</summary>
    public IReadOnlySet<string> Declared { get; set; } = new HashSet<string>();

    /// <summary>Whether acceptance waits for the append-only file (WAITAOF): set by the start-up check.</summary>
    public bool WaitsForFile { get; set; }

    public async Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop)
    {
        if (messages.Count == 0) return SendResult.AllAccepted;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(options.SendTimeout);
        var multiplexer = await link.OpenAsync(deadline.Token).ConfigureAwait(false);
        var failures = new List<SendFailure>();
        var appends = Distribute(messages, failures).Select(part => new Append(messages, part)).ToList();
        var database = multiplexer.GetDatabase();
        foreach (var append in appends) append.Start(database);
        try
        {
            foreach (var append in appends)
                await append.CollectAsync(failures, options.SendTimeout, deadline.Token).ConfigureAwait(false);
            if (appends.Count > 0 && await NotSafeAsync(database, deadline.Token).ConfigureAwait(false) is { } reason)
            {
                Leave(messages, failures, reason);
            }
        }
        catch (Exception silence) when (Failures.IsSilence(silence) && !stop.IsCancellationRequested)
        {
            await link.DropAsync(multiplexer, "a send was not answered").ConfigureAwait(false);
            Leave(messages, failures, $"Redis did not answer within {options.SendTimeout.TotalSeconds:0.#} s");
        }
        if (failures.Count == 0) return SendResult.AllAccepted;
        failures.Sort((one, other) => one.Index.CompareTo(other.Index));
        return new SendResult(failures);
    }

    /// <summary>Indexes by stream and partition, in order. Those too large are refused at once, and with them what
    /// follows of their key: a key must not run ahead of its refused event.</summary>
    private List<List<int>> Distribute(IReadOnlyList<WireMessage> messages, List<SendFailure> failures)
    {
        Dictionary<(string, int), List<int>> parts = [];
        HashSet<(string, string)>? stopped = null;
        for (var index = 0; index < messages.Count; index++)
        {
            var message = messages[index];
            if (!Declared.Contains(message.Stream))
            {
                failures.Add(new SendFailure(
                    index, SendOutcome.Refused, $"the stream '{message.Stream}' was not declared at start"));
            }
            else if (message.Body.Length > options.BodySizeBytesMax)
            {
                failures.Add(new SendFailure(index, SendOutcome.Refused,
                    $"too large: {message.Body.Length} bytes; " +
                    $"Messaging:Redis:BodySizeBytesMax allows {options.BodySizeBytesMax}"));
                if (message.Key is not null) (stopped ??= []).Add((message.Stream, message.Key));
            }
            else if (message.Key is not null && stopped?.Contains((message.Stream, message.Key)) == true)
            {
                failures.Add(new SendFailure(index, SendOutcome.Refused, "an earlier event of its key was refused"));
            }
            else
            {
                var place = (message.Stream, message.Partition);
                if (!parts.TryGetValue(place, out var indexes)) parts.Add(place, indexes = new(messages.Count));
                indexes.Add(index);
            }
        }
        return [.. parts.Values];
    }

    /// <summary>Waits until what was written on this connection is in the file or at the replicas;
    /// null when it is.</summary>
    private async Task<string?> NotSafeAsync(IDatabase database, CancellationToken deadline)
    {
        if (!WaitsForFile && options.ReplicasMin == 0) return null;
        var patience = (long)(options.SendTimeout.TotalMilliseconds / 2);
        try
        {
            if (WaitsForFile)
            {
                var synced = (RedisResult[]?)await database.ExecuteAsync("WAITAOF", 1, options.ReplicasMin, patience)
                    .WaitAsync(deadline).ConfigureAwait(false);
                if (synced is null || (long)synced[0] < 1)
                {
                    return "Redis did not sync it to its append-only file in time";
                }
                return (long)synced[1] < options.ReplicasMin ? TooFew((long)synced[1]) : null;
            }
            var reached = (long)await database.ExecuteAsync("WAIT", options.ReplicasMin, patience)
                .WaitAsync(deadline).ConfigureAwait(false);
            return reached < options.ReplicasMin ? TooFew(reached) : null;
        }
        catch (RedisException failure) // Refused, or the connection was lost before the answer.
        {
            return failure.Message;
        }

        string TooFew(long reached) =>
            $"{reached} replicas have it; Messaging:Redis:ReplicasMin asks for {options.ReplicasMin}";
    }

    private static void Leave(IReadOnlyList<WireMessage> messages, List<SendFailure> failures, string reason)
    {
        var named = failures.Select(failure => failure.Index).ToHashSet();
        for (var index = 0; index < messages.Count; index++)
        {
            if (!named.Contains(index)) failures.Add(new SendFailure(index, SendOutcome.Unknown, reason));
        }
    }
}
