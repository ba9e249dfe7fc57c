using System.Net;
using Tessera.Ops.Calling;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Ops.Pages.Webhooks;

/// <summary>What an operator does with an endpoint, each with a reason, which the service records with who it was.
/// </summary>
internal static class ActOnWebhook
{
    private static readonly string[] acts = ["pause", "resume"];

    public static async Task<IResult> Do(Guid id, string act, Operator me, CancellationToken stop)
    {
        if (!acts.Contains(act)) return Faults.NotFound();
        var here = $"{OpsOptions.Root}/webhooks/{id}";
        if (await ReasonAsync(me, stop) is not { } reason) return Back(here, "say why; it is recorded.");
        var done = await me.SendAsync<Done>(HttpMethod.Post, $"/webhooks/{id}/{act}", new ActRequest(reason), stop);
        if (done.Status == HttpStatusCode.NotFound) return Faults.NotFound();
        return done.IsGood ? SeeOther.To($"{here}?done={act}") : Back(here, done.Why());
    }

    public static async Task<IResult> RedeliverOne(Guid id, Guid delivery, Operator me, CancellationToken stop)
    {
        var here = $"{OpsOptions.Root}/webhooks/{id}/deliveries/{delivery}";
        if (await ReasonAsync(me, stop) is not { } reason) return Back(here, "say why; it is recorded.");
        var done = await me.SendAsync<Done>(
            HttpMethod.Post, $"/webhooks/{id}/deliveries/{delivery}/redeliver", new ActRequest(reason), stop);
        if (done.Status == HttpStatusCode.NotFound) return Faults.NotFound();
        return done.IsGood ? SeeOther.To($"{here}?done=redeliver") : Back(here, done.Why());
    }

    /// <summary>How many it would be, before it is done.</summary>
    /// <param name="count">How many were put back just now, where these are the rest.</param>
    public static async Task<IResult> Ask(
        Guid id, [AsParameters] DeliveryFilter filter, Operator me, CancellationToken stop, string? fault = null,
        int? count = null)
    {
        filter = filter.Trimmed.Ended;
        if (filter.Fault is { } wrong)
        {
            return Page.Show<RedeliverPage>(
                StatusCodes.Status400BadRequest, (nameof(RedeliverPage.Endpoint), id),
                (nameof(RedeliverPage.Filter), filter), (nameof(RedeliverPage.Fault), wrong));
        }
        var counted = await RedeliverAsync(id, filter, null, me, stop);
        if (counted.Status == HttpStatusCode.NotFound) return Faults.NotFound();
        return Page.Show<RedeliverPage>(
            counted.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(RedeliverPage.Endpoint), id), (nameof(RedeliverPage.Filter), filter),
            (nameof(RedeliverPage.Counted), counted.Value), (nameof(RedeliverPage.PutBack), count),
            (nameof(RedeliverPage.Fault), fault ?? (counted.IsGood ? null : counted.Why())));
    }

    public static async Task<IResult> RedeliverMany(
        Guid id, [AsParameters] DeliveryFilter filter, Operator me, CancellationToken stop)
    {
        filter = filter.Trimmed.Ended;
        var here = $"{OpsOptions.Root}/webhooks/{id}";
        if (filter.Fault is { } wrong) return Back($"{here}/redeliver{filter.Query("?")}", wrong);
        if (await ReasonAsync(me, stop) is not { } reason)
            return Back($"{here}/redeliver{filter.Query("?")}", "say why; it is recorded.");
        var done = await RedeliverAsync(id, filter, reason, me, stop);
        if (done.Status == HttpStatusCode.NotFound) return Faults.NotFound();
        if (!done.IsGood) return Back($"{here}/redeliver{filter.Query("?")}", done.Why());
        var count = done.Value!.Deliveries;
        // The rest is asked for as this was: it may be long, and has a reason of its own.
        return SeeOther.To(done.Value.Next is { } next
            ? $"{here}/redeliver{(filter with { From = FilterTime.Exact(next) }).Query("?")}&count={count}"
            : $"{here}?done=redeliver&count={count}");
    }

    /// <param name="reason">Null only counts.</param>
    private static Task<Answer<RedeliveredView>> RedeliverAsync(
        Guid id, DeliveryFilter filter, string? reason, Operator me, CancellationToken stop) =>
        me.SendAsync<RedeliveredView>(
            HttpMethod.Post, $"/webhooks/{id}/redeliveries",
            new RedeliverRequest(filter.State, filter.FromTime, filter.ToTime, reason, reason is null), stop);

    private static async Task<string?> ReasonAsync(Operator me, CancellationToken stop) =>
        (await me.Context.Request.ReadFormAsync(stop))["reason"].ToString().Trim() is { Length: > 0 } reason
            ? reason
            : null;

    private static SeeOther Back(string to, string fault) => SeeOther.To(
        to + (to.Contains('?', StringComparison.Ordinal) ? "&" : "?") + $"fault={Uri.EscapeDataString(fault)}");
}
