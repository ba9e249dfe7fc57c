using Confluent.Kafka;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

/// <summary>The delivery reports of one send, counted down.</summary>
internal sealed class PendingSend(int count, ProducerLife life)
{
    private readonly Error?[] _reports = new Error?[count];
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open = count;
    private volatile Error? _failure;
    private volatile bool _isLeftOver;

    public ProducerLife Life { get; } = life;

    /// <summary>Completes when every message has its report.</summary>
    public Task Done => _done.Task;

    /// <summary>When it began, by the monotonic clock.</summary>
    public long Begun { get; init; }

    /// <summary>Nobody waits for it any more, but the client still holds some of its messages.</summary>
    public bool IsLeftOver
    {
        get => _isLeftOver;
        set => _isLeftOver = value;
    }

    /// <summary>One of the errors that were reported, if any.</summary>
    public Error? Failure => _failure;

    /// <summary>The handler for the report of one message: one small object each, no task.</summary>
    public Action<DeliveryReport<byte[]?, byte[]>> ReportOf(int index) => new Slot(this, index).OnReport;

    public void Report(int index, Error error)
    {
        if (Interlocked.CompareExchange(ref _reports[index], error, null) is not null) return;
        // A full queue says nothing of the producer.
        if (error.Code is not (ErrorCode.NoError or ErrorCode.Local_QueueFull)) _failure = error;
        if (Interlocked.Decrement(ref _open) == 0) _done.TrySetResult();
    }

    /// <summary>Ends the wait for reports that can no longer come: their producer is gone.</summary>
    public void Abandon(Error error)
    {
        for (var index = 0; index < _reports.Length; index++) Report(index, error);
    }

    /// <summary>
    /// What became of each message so far. Behind the first message of a partition whose fate is unknown every later
    /// one counts as unknown too, so that the resend keeps their order.
    /// </summary>
    public SendResult Result(IReadOnlyList<WireMessage> messages)
    {
        List<SendFailure> failures = [];
        HashSet<(string, int)> stopped = [];
        for (var index = 0; index < _reports.Length; index++)
        {
            var partition = (messages[index].Stream, messages[index].Partition);
            var error = Volatile.Read(ref _reports[index]);
            if (stopped.Contains(partition))
            {
                failures.Add(new(
                    index, SendOutcome.Unknown, "An earlier message of its partition is not known to be accepted."));
            }
            else if (error is null)
            {
                failures.Add(new(index, SendOutcome.Unknown, "The broker did not answer in time."));
                stopped.Add(partition);
            }
            else if (error.Code != ErrorCode.NoError)
            {
                var outcome = OutcomeOf(error.Code);
                failures.Add(new(index, outcome, $"{error.Code}: {error.Reason}"));
                if (outcome == SendOutcome.Unknown) stopped.Add(partition);
            }
        }
        return failures.Count == 0 ? SendResult.AllAccepted : new SendResult(failures);
    }

    /// <summary>Whether any message was reported accepted or refused.</summary>
    public bool AnyKnown => Array.Exists(_reports, error => error is not null
        && (error.Code == ErrorCode.NoError || OutcomeOf(error.Code) == SendOutcome.Refused));

    /// <summary>Permanent for this message alone; all else may be cured by time or by a new producer.</summary>
    private static SendOutcome OutcomeOf(ErrorCode code) => code switch
    {
        ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord
            or ErrorCode.TopicAuthorizationFailed or ErrorCode.TopicException
            or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition or ErrorCode.UnknownTopicOrPart
            => SendOutcome.Refused,
        _ => SendOutcome.Unknown,
    };

    private sealed class Slot(PendingSend send, int index)
    {
        public void OnReport(DeliveryReport<byte[]?, byte[]> report) => send.Report(index, report.Error);
    }
}
