namespace Tessera.Orders;

/// <summary>What was done in a buyer's name by somebody else stands in the log, not only in the order.</summary>
internal static partial class ActingLog
{
    [LoggerMessage(EventIds.ActedFor, LogLevel.Information,
        "Operator {Actor} acted for {Buyer}: {Input} of order {Order}")]
    public static partial void ActedFor(ILogger logger, Guid actor, Guid buyer, string input, Guid order);
}
