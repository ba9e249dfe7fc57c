namespace Tessera.Messaging.Handling;

/// <summary>Stands for the handler of a parked message that none can take: bytes that are no event, or a type that this
/// build does not list. It stays parked until it is discarded, or until a build that lists it replays it.</summary>
internal sealed class MissingHandler : HandlerInvoker
{
    /// <summary>Why it is parked, and stays so after a replay in vain: the same words, so that it is one cause.
    /// </summary>
    public const string Reason = "This build lists no handler for events of its type.";

    public static readonly MissingHandler Instance = new();

    private MissingHandler()
        : base(new HandledMessage("", typeof(object), typeof(IServiceProvider), false, false, false), 0)
    {
    }

    public override object Deserialize(ReadOnlyMemory<byte> data) =>
        throw new MissingHandlerException();

    public override Task HandleAsync(
        object handler, object message, MessageContext context, CancellationToken stop) => throw Unreachable();

    public override Task HandleBatchAsync(
        object handler, IReadOnlyList<BatchItem> items, int first,
        int count, UnitOfWork work, CancellationToken stop) =>
        throw Unreachable();

    public override Task PrefetchAsync(object handler, IReadOnlyList<BatchItem> items, CancellationToken stop) =>
        throw Unreachable();

    private static InvalidOperationException Unreachable() => new("It fails where the data is read.");
}

internal sealed class MissingHandlerException() : Exception(MissingHandler.Reason);
