using System.ComponentModel.DataAnnotations;

namespace Tessera.Webhooks.Contracts;

/// <summary>GET /webhooks/{id}/deliveries?state=&amp;type=&amp;from=&amp;to=&amp;before=&amp;size=20 (size at most
/// 100), the newest first.</summary>
/// <param name="Next">What <c>before</c> is to say for the next page; null on the last.</param>
public sealed record DeliveryPage(IReadOnlyList<DeliverySummary> Items, string? Next);

/// <param name="MessageId">The <c>webhook-id</c>: the same at each attempt.</param>
/// <param name="Key">What it is about.</param>
/// <param name="State"><c>Waiting</c>, <c>Delivered</c> or <c>Failed</c>.</param>
/// <param name="Attempts">How often it was begun.</param>
/// <param name="DueAt">When the next attempt is; null without one, and while another of its key comes first.</param>
/// <param name="Status">What the last attempt was answered with; null when there was no answer.</param>
/// <param name="Fault">What was wrong with the last attempt, in words.</param>
public sealed record DeliverySummary(
    Guid Id, string MessageId, string Type, string Key, string State, int Attempts, DateTimeOffset CreatedAt,
    DateTimeOffset? DueAt, DateTimeOffset? EndedAt, int? Status, string? Fault);

/// <summary>GET /webhooks/{id}/deliveries/{delivery}</summary>
/// <param name="Body">As it is sent, byte for byte.</param>
/// <param name="Tries">The last ones, in order.</param>
public sealed record DeliveryView(DeliverySummary Delivery, string Body, IReadOnlyList<DeliveryTry> Tries);

/// <param name="Url">Where it was sent to.</param>
/// <param name="At">When, which is what <c>webhook-timestamp</c> said.</param>
/// <param name="Answer">The beginning of what came back.</param>
public sealed record DeliveryTry(
    int Number, DateTimeOffset At, string Url, long TookMs, int? Status, string? Fault, string? Answer);

/// <summary>The answer to POST /webhooks/{id}/test.</summary>
public sealed record TestDeliveryView(Guid Delivery);

/// <summary>POST /webhooks/{id}/redeliveries: deliveries that have ended, once more under their ids.</summary>
/// <param name="State"><c>Failed</c> unless given; <c>Delivered</c>; or <c>All</c>.</param>
/// <param name="From">Created then or later.</param>
/// <param name="To">Created before then.</param>
/// <param name="Reason">Why, for the record.</param>
/// <param name="DryRun">Only says how many it would be.</param>
public sealed record RedeliverRequest(
    [property: RegularExpression("^(Failed|Delivered|All)$", ErrorMessage = "{0} must be Failed, Delivered or All.")]
    string? State = null,
    DateTimeOffset? From = null, DateTimeOffset? To = null,
    [property: StringLength(ActRequest.ReasonLengthMax)] string? Reason = null, bool DryRun = false);

/// <param name="Deliveries">How many wait again, or would in a dry run.</param>
/// <param name="IsWhole">False when there were more than are taken at once.</param>
/// <param name="Next">What <c>from</c> is to say for the rest: those that were put back meanwhile may have ended again,
/// and would be found first. Null when there is none.</param>
public sealed record RedeliveredView(int Deliveries, bool IsWhole, DateTimeOffset? Next = null);
