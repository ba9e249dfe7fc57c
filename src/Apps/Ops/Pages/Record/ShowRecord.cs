using Tessera.Ops.Recording;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Ops.Pages.Record;

/// <summary>Who did what, and who was refused what: as the services and the console have recorded it. Nobody can change
/// any of it here.</summary>
internal static class ShowRecord
{
    public static async Task<IResult> Handle(Operator me, OpsRecord record, CancellationToken stop)
    {
        var acted = me.GetAsync<ActingView>("/users/acting?size=50", stop);
        var orders = await me.GetAsync<OrderActsView>("/orders/acts?size=50", stop);
        var own = record.Last(200);
        return Page.Show<RecordPage>(
            StatusCodes.Status200OK, (nameof(RecordPage.Acted), await acted), (nameof(RecordPage.Orders), orders),
            (nameof(RecordPage.Refused), own.Where(line => line.Kind == RecordLine.RefusedKind).Take(100).ToList()),
            (nameof(RecordPage.Done), own.Where(line => line.Kind == RecordLine.DoneKind).Take(100).ToList()));
    }
}
