using Microsoft.AspNetCore.Mvc;
using Tessera.Ops.Calling;

namespace Tessera.Ops.Pages.Webhooks;

/// <summary>Which deliveries of an endpoint a page is about; it stands in the page's address and is passed on.
/// </summary>
public sealed record DeliveryFilter(
    [FromQuery(Name = "state")] string? State = null, [FromQuery(Name = "type")] string? Type = null,
    [FromQuery(Name = "from")] string? From = null, [FromQuery(Name = "to")] string? To = null)
{
    public DateTimeOffset? FromTime => FilterTime.Of(From);

    public DateTimeOffset? ToTime => FilterTime.Of(To);

    /// <summary>Why it can be asked for nothing; null when it can.</summary>
    public string? Fault => FilterTime.Fault(From, To);

    /// <summary>A form sends the fields that were left empty too.</summary>
    public DeliveryFilter Trimmed => new(Trim(State), Trim(Type), FilterTime.Exact(From), FilterTime.Exact(To));

    /// <summary>Which of them can be redelivered: those that wait are sent anyway.</summary>
    public DeliveryFilter Ended => new(State is "Delivered" or "All" ? State : "Failed", null, From, To);

    /// <param name="first">What stands before the first part, if there is one: <c>?</c> or <c>&amp;</c>.</param>
    public string Query(string first) =>
        QueryText.Of(first, ("state", State), ("type", Type), ("from", From), ("to", To));

    private static string? Trim(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
