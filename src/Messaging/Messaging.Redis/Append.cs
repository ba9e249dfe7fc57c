using StackExchange.Redis;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>
/// The messages of one partition as one MULTI/EXEC: all are appended, in order, or none. A plain pipeline could lose
/// one in its middle to a full memory and take the next.
/// </summary>
internal sealed class Append(IReadOnlyList<WireMessage> messages, List<int> indexes)
{
    private readonly Task<RedisValue>[] _appended = new Task<RedisValue>[indexes.Count];
    private Task<bool> _executed = Task.FromResult(false);

    public void Start(IDatabase database)
    {
        var first = messages[indexes[0]];
        RedisKey key = Keys.Stream(first.Stream, first.Partition);
        if (indexes.Count == 1)
        {
            _appended[0] = database.StreamAddAsync(key, EntryFields.Write(first));
            _ = database.PublishAsync(Keys.Wake(first.Stream), first.Partition, CommandFlags.FireAndForget);
            _executed = Task.FromResult(true);
            return;
        }
        var transaction = database.CreateTransaction();
        for (var next = 0; next < indexes.Count; next++)
        {
            _appended[next] = transaction.StreamAddAsync(key, EntryFields.Write(messages[indexes[next]]));
        }
        _executed = transaction.ExecuteAsync();
        _ = database.PublishAsync(Keys.Wake(first.Stream), first.Partition, CommandFlags.FireAndForget);
    }

    public async Task CollectAsync(List<SendFailure> failures, TimeSpan patience, CancellationToken deadline)
    {
        string? reason = null;
        try
        {
            if (!await _executed.WaitAsync(patience, deadline).ConfigureAwait(false))
            {
                reason = "Redis discarded the transaction";
            }
        }
        catch (Exception failure) when (failure is RedisException)
        {
            reason = failure.Message;
        }
        for (var next = 0; next < indexes.Count; next++)
        {
            if (reason is not null)
            {
                failures.Add(new SendFailure(indexes[next], SendOutcome.Unknown, reason));
                continue;
            }
            try
            {
                await _appended[next].WaitAsync(patience, deadline).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is RedisException)
            {
                var outcome = Failures.IsRefusal(failure) ? SendOutcome.Refused : SendOutcome.Unknown;
                failures.Add(new SendFailure(indexes[next], outcome, failure.Message));
            }
        }
    }
}
