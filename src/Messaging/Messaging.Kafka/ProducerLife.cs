using Confluent.Kafka;

namespace Tessera.Messaging.Kafka;

/// <summary>
/// One native producer, and whether it has failed for good. The failure is written here and nowhere else, so that what
/// a retired producer still reports, or the sends that were abandoned with it, cannot end its healthy successor.
/// </summary>
internal sealed class ProducerLife
{
    private volatile bool _failed;

    public ProducerLife(KafkaClients clients) => Client = clients.Producer(FailAfter);

    public IProducer<byte[]?, byte[]> Client { get; }

    /// <summary>Whether it must be replaced: it would accept nothing more, or leave a gap.</summary>
    public bool HasFailed => _failed;

    /// <summary>Takes note of an error that was reported to it or to one of its sends.</summary>
    public void FailAfter(Error error)
    {
        if (error.IsFatal || error.Code is ErrorCode.Local_Fatal or ErrorCode.Local_Inconsistent
            or ErrorCode.OutOfOrderSequenceNumber or ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight)
        {
            _failed = true;
        }
    }
}
