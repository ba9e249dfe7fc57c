using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>One send: the fate of each message, and when all are known. Completed from several
/// channels at once.</summary>
internal sealed class SendBatch(IReadOnlyList<WireMessage> messages)
{
    private const byte Pending = 0;
    private const byte Accepted = 1;
    private const byte Unknown = 2;
    private const byte Refused = 3;

    private readonly byte[] _fates = new byte[messages.Count];
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string?[]? _reasons;
    private int _pending = messages.Count;

    public IReadOnlyList<WireMessage> Messages => messages;

    public Task Known => _known.Task;

    public void Accept(int index) => Complete(index, Accepted, null);

    public void Refuse(int index, string reason) => Complete(index, Refused, reason);

    public void Leave(int index, string reason) => Complete(index, Unknown, reason);

    /// <summary>The result as it stands. What is still open counts as unknown, and so does everything of a partition
    /// that comes after its first unknown message: the caller sends again from there, in order.</summary>
    public SendResult Result(string openReason)
    {
        List<SendFailure>? failures = null;
        HashSet<(string, int)>? stopped = null;
        for (var index = 0; index < _fates.Length; index++)
        {
            var message = messages[index];
            var fate = Volatile.Read(ref _fates[index]);
            if (fate == Refused)
            {
                (failures ??= []).Add(new SendFailure(index, SendOutcome.Refused, _reasons?[index] ?? ""));
            }
            else if (fate != Accepted || stopped?.Contains((message.Stream, message.Partition)) == true)
            {
                (stopped ??= []).Add((message.Stream, message.Partition));
                var reason = fate == Unknown ? _reasons?[index] : null;
                (failures ??= []).Add(new SendFailure(index, SendOutcome.Unknown, reason ?? openReason));
            }
        }
        return failures is null ? SendResult.AllAccepted : new SendResult(failures);
    }

    private void Complete(int index, byte fate, string? reason)
    {
        if (reason is not null)
        {
            if (_reasons is null) Interlocked.CompareExchange(ref _reasons, new string?[messages.Count], null);
            _reasons[index] = reason;
        }
        if (Interlocked.CompareExchange(ref _fates[index], fate, Pending) != Pending) return;
        if (Interlocked.Decrement(ref _pending) == 0) _known.TrySetResult();
    }
}
