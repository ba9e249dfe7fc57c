using Tessera.Ops.Recording;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Ops.Pages.Record;

/// <summary>Who did what, and who was refused what: as the services and the console have recorded it. Nobody can change
/// any of it here.</summary>
internal static class ShowRecord
{
    private const int LinesMax = 100;

    public static async Task<IResult> Handle(Operator me, OpsRecord record, CancellationToken stop)
    {
        var acted = me.GetAsync<ActingView>("/users/acting?size=50", stop);
        var orders = await me.GetAsync<OrderActsView>("/orders/acts?size=50", stop);
        return Page.Show<RecordPage>(
            StatusCodes.Status200OK, (nameof(RecordPage.Acted), await acted), (nameof(RecordPage.Orders), orders),
            (nameof(RecordPage.Refused), record.Last(RecordLine.RefusedKind, LinesMax)),
            (nameof(RecordPage.Done), record.Last(RecordLine.DoneKind, LinesMax)));
    }
}
