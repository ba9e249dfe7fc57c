using System.Diagnostics;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

/// <summary>A line for each step of an order, in the trace and beside the event that caused it.</summary>
internal static partial class ChangeLog
{
    public static void Write(ILogger logger, Guid order, HistoryEntry entry, Activity? cause)
    {
        using var place = EndedActivity.Return(cause);
        Changed(logger, order, entry.State, entry.Because);
    }

    [LoggerMessage(EventIds.Changed, LogLevel.Information, "Order {Order} is {State}, because of {Because}")]
    private static partial void Changed(ILogger logger, Guid order, OrderState state, string because);
}
