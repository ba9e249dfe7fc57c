using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

internal sealed partial class KafkaReader
{
    private void OnAssigned(IConsumer<byte[]?, byte[]?> consumer, List<TopicPartition> partitions)
    {
        _owned.Add(partitions);
        Log.Assigned(_logger, KafkaSubscription.GroupOf(_subscription), partitions.Count, _owned.Count);
    }

    /// <summary>
    /// The group wants partitions back. The delivery in work is told, gets a while to end, and what it settled is
    /// committed before anyone else can read on. An exception here would surface from Consume, so there is none.
    /// </summary>
    private void OnRevoked(IConsumer<byte[]?, byte[]?> consumer, List<TopicPartitionOffset> positions)
    {
        var leaving = positions.Select(position => position.TopicPartition).ToHashSet();
        var unfinished = false;
        if (_inWork is { } work && work.Marks.Any(mark => leaving.Contains(mark.Next.TopicPartition)))
        {
            work.Revoked.Cancel();
            unfinished = !Wait(work.Task, _options.RevokeTimeout);
            if (!unfinished && OutcomeOf(work.Task) == DeliveryOutcome.Settle)
                Store(_owned.StillHeld(work.Marks).Where(offset => leaving.Contains(offset.TopicPartition)));
        }
        CommitSettled(leaving);
        Forget(leaving);
        Log.Revoked(_logger, KafkaSubscription.GroupOf(_subscription), leaving.Count, _owned.Count, unfinished);
    }

    /// <summary>The group has given the partitions to others already: nothing of ours may
    /// be committed any more.</summary>
    private void OnLost(IConsumer<byte[]?, byte[]?> consumer, List<TopicPartitionOffset> positions)
    {
        var lost = positions.Select(position => position.TopicPartition).ToHashSet();
        if (_inWork is { } work && work.Marks.Any(
            mark => lost.Contains(mark.Next.TopicPartition))) work.Revoked.Cancel();
        Forget(lost);
        Log.Lost(_logger, KafkaSubscription.GroupOf(_subscription), lost.Count);
    }

    private void OnCommitted(IConsumer<byte[]?, byte[]?> consumer, CommittedOffsets committed)
    {
        if (committed.Error.IsError && committed.Error.Code != ErrorCode.Local_NoOffset)
        {
            Log.CommitFailed(
                _logger, KafkaSubscription.GroupOf(_subscription), committed.Error.Code, committed.Error.Reason);
        }
    }

    private void CommitSettled(HashSet<TopicPartition> leaving)
    {
        var settled = _owned.SettledOf(leaving);
        if (settled.Count == 0) return;
        try
        {
            _consumer.Commit(settled);
        }
        catch (KafkaException failure)
        {
            // Rebalanced away, unknown member, broker gone: the next reader gets some messages again,
            // the inbox knows them.
            Log.CommitFailed(
                _logger, KafkaSubscription.GroupOf(_subscription), failure.Error.Code, failure.Error.Reason);
        }
    }

    /// <summary>Ends the generation of the partitions: what was read under it is dropped, completions
    /// of it are ignored.</summary>
    private void Forget(HashSet<TopicPartition> partitions)
    {
        _owned.Remove(partitions);
        _batch.RemoveAll(result => partitions.Contains(result.TopicPartition));
        _carried.RemoveAll(result => partitions.Contains(result.TopicPartition));
    }

    private static partial class Log
    {
        [LoggerMessage(4141, LogLevel.Information, "{Group} reads {Count} more Kafka partitions, {Total} in all")]
        public static partial void Assigned(ILogger logger, string group, int count, int total);

        [LoggerMessage(4142, LogLevel.Information,
            "{Group} hands {Count} Kafka partitions over and keeps {Total} (delivery unfinished: {Unfinished})")]
        public static partial void Revoked(ILogger logger, string group, int count, int total, bool unfinished);

        [LoggerMessage(4143, LogLevel.Warning,
            "{Group} lost {Count} Kafka partitions: the group took this reader for dead")]
        public static partial void Lost(ILogger logger, string group, int count);

        [LoggerMessage(4144, LogLevel.Debug,
            "{Group} could not commit its Kafka offsets: {Code}: {Reason}; the inbox absorbs the redelivery")]
        public static partial void CommitFailed(ILogger logger, string group, ErrorCode code, string reason);

        [LoggerMessage(4145, LogLevel.Information,
            "Kafka offset {Offset} came too late to be stored: {Code}; the inbox absorbs the redelivery")]
        public static partial void OffsetNotStored(ILogger logger, string offset, ErrorCode code);

        [LoggerMessage(4146, LogLevel.Warning, "{Group} cannot read from Kafka now: {Code}: {Reason}")]
        public static partial void ConsumeFailed(ILogger logger, string group, ErrorCode code, string reason);

        [LoggerMessage(4147, LogLevel.Error, "A delivery of {Group} ended with an exception; it is delivered again")]
        public static partial void DeliveryFailed(ILogger logger, Exception failure, string group);
    }
}
