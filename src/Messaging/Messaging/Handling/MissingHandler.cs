namespace Tessera.Messaging.Handling;

/// <summary>Stands for the handler of a parked message that none can take: bytes that are no event, or a type whose
/// handler was removed. Such a message stays parked until it is discarded.</summary>
internal sealed class MissingHandler : HandlerInvoker
{
    public static readonly MissingHandler Instance = new();

    private MissingHandler()
        : base(new HandledMessage("", typeof(object), typeof(IServiceProvider), false, false, false), 0)
    {
    }

    public override object Deserialize(ReadOnlyMemory<byte> data) =>
        throw new FormatException("The service has no handler for it.");

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
