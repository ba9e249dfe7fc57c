using Microsoft.AspNetCore.Mvc;
using Tessera.Ops.Calling;

namespace Tessera.Ops.Pages.Parked;

/// <summary>Which parked messages of a service a page is about; it stands in the page's address, to be passed on.
/// </summary>
public sealed record ParkedFilter(
    [FromQuery(Name = "stream")] string? Stream = null, [FromQuery(Name = "key")] string? Key = null,
    [FromQuery(Name = "eventId")] Guid? EventId = null, [FromQuery(Name = "type")] string? Type = null,
    [FromQuery(Name = "cause")] string? Cause = null, [FromQuery(Name = "from")] string? From = null,
    [FromQuery(Name = "to")] string? To = null)
{
    public bool IsEmpty => this == new ParkedFilter();

    /// <summary>A form sends the fields that were left empty too.</summary>
    public ParkedFilter Trimmed => new(
        Trim(Stream), Trim(Key), EventId, Trim(Type), Trim(Cause), FilterTime.Exact(From), FilterTime.Exact(To));

    public DateTimeOffset? FromTime => FilterTime.Of(From);

    public DateTimeOffset? ToTime => FilterTime.Of(To);

    /// <summary>Why it can be asked for nothing; null when it can.</summary>
    public string? Fault => FilterTime.Fault(From, To);

    /// <param name="first">What stands before the first part, if there is one: <c>?</c> or <c>&amp;</c>.</param>
    public string Query(string first) => QueryText.Of(
        first, ("stream", Stream), ("key", Key), ("eventId", EventId?.ToString()), ("type", Type), ("cause", Cause),
        ("from", From), ("to", To));

    /// <summary>In words, for a question that asks whether it is meant.</summary>
    public string Words()
    {
        (string Words, string? Value)[] parts =
        [
            ("the message", EventId?.ToString()), ("of the stream", Stream), ("of the key", Key),
            ("of the type", Type), ("parked because", Cause is null ? null : $"“{Cause}”"),
            ("from", From), ("to", To),
        ];
        var said = parts.Where(part => part.Value is not null).Select(part => $"{part.Words} {part.Value}");
        return string.Join(", ", said) is { Length: > 0 } words ? words : "all that is parked";
    }

    private static string? Trim(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
