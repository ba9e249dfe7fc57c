using System.Net;
using Tessera.PageDefaults;
using Tessera.Webhooks.Contracts;

namespace Tessera.Ops.Pages.Webhooks;

/// <summary>Endpoints that the shop sends webhooks to, and what became of each delivery.</summary>
internal static class ShowWebhooks
{
    private const int Size = 50;

    public static async Task<IResult> List(Operator me, CancellationToken stop, string? after = null)
    {
        var found = await me.GetAnswerAsync<EndpointPage>(
            $"/webhooks?size={Size}" + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}"), stop);
        return Page.Show<WebhooksPage>(
            found.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(WebhooksPage.Found), found.Value),
            (nameof(WebhooksPage.Fault), found.IsGood ? null : found.Why()));
    }

    public static async Task<IResult> One(
        Guid id, [AsParameters] DeliveryFilter filter, Operator me, CancellationToken stop, string? before = null,
        string? done = null, int count = 0, string? fault = null)
    {
        filter = filter.Trimmed;
        var endpoint = await me.GetAnswerAsync<EndpointView>($"/webhooks/{id}", stop);
        if (endpoint.Status == HttpStatusCode.NotFound) return Faults.NotFound();
        var deliveries = await me.GetAnswerAsync<DeliveryPage>(
            $"/webhooks/{id}/deliveries?size={Size}{filter.Query("&")}"
                + (before is null ? "" : $"&before={Uri.EscapeDataString(before)}"), stop);
        var acts = await me.GetAnswerAsync<EndpointActs>($"/webhooks/{id}/acts", stop);
        return Page.Show<WebhookPage>(
            endpoint.IsGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            (nameof(WebhookPage.Id), id), (nameof(WebhookPage.Endpoint), endpoint.Value),
            (nameof(WebhookPage.Filter), filter), (nameof(WebhookPage.Deliveries), deliveries.Value),
            (nameof(WebhookPage.Acts), acts.Value?.Items ?? []),
            (nameof(WebhookPage.Silence),
                !endpoint.IsGood ? endpoint.Why() : deliveries.IsGood ? null : deliveries.Why()),
            (nameof(WebhookPage.Done), done), (nameof(WebhookPage.Count), count), (nameof(WebhookPage.Fault), fault));
    }

    public static async Task<IResult> Delivery(
        Guid id, Guid delivery, Operator me, CancellationToken stop, string? done = null, string? fault = null)
    {
        var found = await me.GetAnswerAsync<DeliveryView>($"/webhooks/{id}/deliveries/{delivery}", stop);
        if (found.Status == HttpStatusCode.NotFound) return Faults.NotFound();
        return Page.Show<WebhookDeliveryPage>(
            found.IsGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            (nameof(WebhookDeliveryPage.Endpoint), id), (nameof(WebhookDeliveryPage.Found), found.Value),
            (nameof(WebhookDeliveryPage.Silence), found.IsGood ? null : found.Why()),
            (nameof(WebhookDeliveryPage.Done), done), (nameof(WebhookDeliveryPage.Fault), fault));
    }
}
