using System.Globalization;
using Tessera.Ops.Calling;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Stories;

namespace Tessera.Ops.Pages.Parked;

/// <summary>Replay and discard in two steps: how many it would be, then the deed with a reason. The question names the
/// deed, so that it is done once however often the button is pressed, here and at the service.</summary>
internal static class ActOnParked
{
    private static readonly string[] acts = ["replay", "discard"];

    public static async Task<IResult> Ask(
        string service, string act, [AsParameters] ParkedFilter filter, Operator me, ReadSystem system,
        CancellationToken stop, string? fault = null)
    {
        if (!Exists(service, act)) return Faults.NotFound();
        filter = filter.Trimmed;
        if (filter.IsEmpty) return SeeOther.To($"{OpsOptions.Root}/parked/{service}");
        if (filter.Fault is { } wrong)
        {
            return Page.Show<ConfirmPage>(
                StatusCodes.Status400BadRequest, (nameof(ConfirmPage.Service), service),
                (nameof(ConfirmPage.Act), act), (nameof(ConfirmPage.Filter), filter),
                (nameof(ConfirmPage.Fault), wrong));
        }
        var counted = await SendAsync(me, service, act, Request(filter, dryRun: true), stop);
        if (!counted.IsGood && await system.IsNotStartedAsync(service, stop)) return ShowParked.NotStarted(service);
        return Page.Show<ConfirmPage>(
            counted.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(ConfirmPage.Service), service), (nameof(ConfirmPage.Act), act),
            (nameof(ConfirmPage.Filter), filter), (nameof(ConfirmPage.Count), counted.Value?.Messages),
            (nameof(ConfirmPage.Fault), fault ?? (counted.IsGood ? null : counted.Why())),
            (nameof(ConfirmPage.Name), Guid.CreateVersion7()));
    }

    public static async Task<IResult> Do(
        string service, string act, [AsParameters] ParkedFilter filter, Operator me, CancellationToken stop)
    {
        if (!Exists(service, act)) return Faults.NotFound();
        filter = filter.Trimmed;
        var form = await me.Context.Request.ReadFormAsync(stop);
        var reason = form["reason"].ToString();
        if (filter.IsEmpty || !Guid.TryParse(form["name"], out var name)
            || !int.TryParse(form["expected"], CultureInfo.InvariantCulture, out var expected))
        {
            throw new BadHttpRequestException("The form is none of the console's.");
        }
        if (filter.Fault is { } wrong) return Back(service, act, filter, wrong);
        if (string.IsNullOrWhiteSpace(reason)) return Back(service, act, filter, "say why; it is recorded.");
        var done = await SendAsync(
            me, service, act,
            Request(filter, dryRun: false) with { Note = reason.Trim(), Act = name, Expected = expected }, stop);
        return done.IsGood
            ? SeeOther.To($"{OpsOptions.Root}/parked/{service}?done={act}&count={done.Value!.Messages}")
            : Back(service, act, filter, done.Why());
    }

    private static bool Exists(string service, string act) =>
        ReadSystem.IsKnown(service) && acts.Contains(act);

    private static SeeOther Back(string service, string act, ParkedFilter filter, string fault) => SeeOther.To(
        $"{OpsOptions.Root}/parked/{service}/{act}?fault={Uri.EscapeDataString(fault)}{filter.Query("&")}");

    private static Task<Answer<ParkedOutcome>> SendAsync(
        Operator me, string service, string act, ParkedRequest request, CancellationToken stop) =>
        me.SendAsync<ParkedOutcome>(HttpMethod.Post, $"/services/{service}/messaging/parked/{act}", request, stop);

    private static ParkedRequest Request(ParkedFilter filter, bool dryRun) => new(
        filter.Stream, filter.Key, filter.EventId, filter.Type, filter.Cause, filter.FromTime, filter.ToTime, dryRun);
}
