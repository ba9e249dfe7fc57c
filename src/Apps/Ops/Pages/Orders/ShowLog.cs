using Tessera.Ops.Calling;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;

namespace Tessera.Ops.Pages.Orders;

/// <summary>The log lines of an order, over all processes.</summary>
internal static class ShowLog
{
    public static async Task<IResult> Handle(Guid id, Operator me, ReadLogs logs, CancellationToken stop)
    {
        // Asked first: whether there is such an order, and whether this operator may know.
        var order = await me.GetAnswerAsync<OrderHistoryView>($"/orders/{id}/history", stop);
        if (!order.IsGood && !order.IsAway) return Faults.NotFound();
        return Page.Show<LogPage>(
            StatusCodes.Status200OK, (nameof(LogPage.Order), id),
            (nameof(LogPage.Lines), logs.HasAny ? await logs.OfAsync(id, stop) : null));
    }
}
