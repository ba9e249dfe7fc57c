using System.ComponentModel.DataAnnotations;

namespace Tessera.Webhooks.Contracts;

/// <summary>POST /webhooks/{id}/pause, /resume and /deliveries/{delivery}/redeliver, which need no body.</summary>
/// <param name="Reason">Why, for the record.</param>
public sealed record ActRequest([property: StringLength(ActRequest.ReasonLengthMax)] string? Reason = null)
{
    public const int ReasonLengthMax = 500;
}

/// <summary>GET /webhooks/{id}/acts: what was done with the endpoint, the newest 100 first.</summary>
public sealed record EndpointActs(IReadOnlyList<EndpointAct> Items);

/// <param name="By">Who did it: an operator, or the owner.</param>
/// <param name="What"><c>Paused</c>, <c>Resumed</c> or <c>Redelivered</c>.</param>
/// <param name="Deliveries">How many were redelivered.</param>
public sealed record EndpointAct(
    DateTimeOffset At, Guid By, string What, string? Reason, int? Deliveries);
