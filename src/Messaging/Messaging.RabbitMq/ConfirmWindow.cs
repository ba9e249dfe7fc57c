namespace Tessera.Messaging.RabbitMq;

/// <summary>
/// The unconfirmed messages of one channel, by sequence number, in a ring: no task per message, and a cumulative ack
/// costs what it covers. The client's own tracking copies all outstanding numbers on each cumulative ack.
/// </summary>
internal sealed class ConfirmWindow
{
    private readonly Lock _sync = new();
    private readonly Slot[] _ring;
    private readonly int _capacity;
    private ulong _next = 1;
    private ulong _lowest = 1;
    private string? _closed;
    private TaskCompletionSource? _room;

    public ConfirmWindow(int capacity)
    {
        _capacity = capacity;
        _ring = new Slot[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity)];
    }

    /// <summary>Takes the next sequence number for a message. False: the window is full or
    /// the channel is gone.</summary>
    public bool TryAdd(SendBatch batch, int index)
    {
        lock (_sync)
        {
            if (_closed is not null || _next - _lowest >= (ulong)_capacity) return false;
            SlotOf(_next++) = new Slot { Batch = batch, Index = index };
            return true;
        }
    }

    /// <summary>Completes when there is room again, or the channel is gone.</summary>
    public Task WhenRoomAsync()
    {
        lock (_sync)
        {
            if (_closed is not null || _next - _lowest < (ulong)_capacity) return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>The broker's ack or nack.</summary>
    public void Settle(ulong tag, bool multiple, bool accepted)
    {
        lock (_sync)
        {
            if (tag < _lowest || tag >= _next) return;
            for (var number = multiple ? _lowest : tag; number <= tag; number++) Settle(ref SlotOf(number), accepted);
            while (_lowest < _next && SlotOf(_lowest).Batch is null) _lowest++;
            if (_next - _lowest < (ulong)_capacity) FreeRoom();
        }
    }

    /// <summary>
    /// The broker's return of an unroutable message. It carries no sequence number, but comes before the message's ack
    /// and in the order of publishing, so it belongs to the first open message of this id and route not returned yet.
    /// </summary>
    public void Return(string stream, string routingKey, string? id, string reason)
    {
        lock (_sync)
        {
            for (var number = _lowest; number < _next; number++)
            {
                ref var slot = ref SlotOf(number);
                if (slot.Batch is null || slot.ReturnReason is not null) continue;
                var message = slot.Batch.Messages[slot.Index];
                if (message.Stream != stream || Names.RoutingKey(message.Partition) != routingKey) continue;
                if (!string.IsNullOrEmpty(id) && message.Id != id) continue;
                slot.ReturnReason = reason;
                return;
            }
        }
    }

    /// <summary>The channel is gone: whether the broker accepted the open messages is not known.</summary>
    /// <param name="tooLarge">The body size that the broker named as too large when it closed the channel.</param>
    public void Close(string reason, int? tooLarge = null)
    {
        lock (_sync)
        {
            if (_closed is not null) return;
            _closed = reason;
            for (var number = _lowest; number < _next; number++)
            {
                ref var slot = ref SlotOf(number);
                if (slot.Batch is null) continue;
                if (tooLarge is { } size && slot.Batch.Messages[slot.Index].Body.Length == size)
                {
                    slot.Batch.Refuse(slot.Index, reason);
                }
                else
                {
                    slot.Batch.Leave(slot.Index, reason);
                }
                slot = default;
            }
            _lowest = _next;
            FreeRoom();
        }
    }

    public bool IsEmpty
    {
        get
        {
            lock (_sync) return _lowest == _next;
        }
    }

    public string? ClosedReason => Volatile.Read(ref _closed);

    private ref Slot SlotOf(ulong number) => ref _ring[number & (ulong)(_ring.Length - 1)];

    private static void Settle(ref Slot slot, bool accepted)
    {
        if (slot.Batch is not { } batch) return;
        if (slot.ReturnReason is { } reason) batch.Refuse(slot.Index, reason);
        else if (accepted) batch.Accept(slot.Index);
        else batch.Leave(slot.Index, "RabbitMQ did not accept it (nack)");
        slot = default;
    }

    private void FreeRoom()
    {
        _room?.TrySetResult();
        _room = null;
    }

    private struct Slot
    {
        public SendBatch? Batch;
        public int Index;
        public string? ReturnReason;
    }
}
