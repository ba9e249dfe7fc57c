using System.ComponentModel.DataAnnotations;

namespace Tessera.Webhooks.Contracts;

/// <summary>POST /webhooks: an address that is to hear of things.</summary>
/// <param name="Url">https, and reachable from everywhere.</param>
/// <param name="Types">Of GET /webhooks/types.</param>
/// <param name="OrderedByKey">Whether events about the same thing (an order, a product) are delivered one after the
/// other, in the order in which they happened: one that fails holds up those behind it about the same thing, and no
/// others. Fixed at the registration.</param>
/// <param name="Description">For people.</param>
/// <param name="Contact">An e-mail address that is told when the endpoint is disabled, having failed for long.</param>
public sealed record RegisterEndpointRequest(
    [property: Required, StringLength(EndpointLimits.UrlLengthMax)] string Url,
    [property: Required, MinLength(1), MaxLength(EndpointLimits.TypesMax)] IReadOnlyList<string> Types,
    bool OrderedByKey = false,
    [property: StringLength(EndpointLimits.DescriptionLengthMax)] string? Description = null,
    [property: StringLength(EndpointLimits.ContactLengthMax), RegularExpression(
        EndpointLimits.ContactForm, ErrorMessage = "{0} is no e-mail address.")]
    string? Contact = null);

/// <summary>PUT /webhooks/{id}: what of an endpoint can be changed, all of it at once. What waits goes to the new
/// address.</summary>
public sealed record ChangeEndpointRequest(
    [property: Required, StringLength(EndpointLimits.UrlLengthMax)] string Url,
    [property: Required, MinLength(1), MaxLength(EndpointLimits.TypesMax)] IReadOnlyList<string> Types,
    [property: StringLength(EndpointLimits.DescriptionLengthMax)] string? Description = null,
    [property: StringLength(EndpointLimits.ContactLengthMax), RegularExpression(
        EndpointLimits.ContactForm, ErrorMessage = "{0} is no e-mail address.")]
    string? Contact = null);

public static class EndpointLimits
{
    public const int UrlLengthMax = 2_000;
    public const int TypesMax = 50;
    public const int DescriptionLengthMax = 200;
    public const int ContactLengthMax = 254;
    public const string ContactForm = @"^[^\s\p{C}@]+@[^\s\p{C}@]+$";
}

/// <summary>GET /webhooks/{id}</summary>
/// <param name="Owner">Who registered it.</param>
/// <param name="State"><c>Active</c>; <c>Paused</c>: what happens waits; <c>Disabled</c>: it failed for too long, and
/// what happens is kept as failed, to be delivered again once it is resumed; <c>Ended</c>: it said 410, and nothing is
/// kept for it.</param>
/// <param name="StateReason">Why it is not active, in words.</param>
/// <param name="FailingSince">Since when nothing has been taken; null while it takes what it gets.</param>
/// <param name="PreviousSecretUntil">Until when the secret of before signs too.</param>
/// <param name="Numbers">How it does; null in the answer to a registration.</param>
/// <param name="Contact">Who is told by mail when it is disabled.</param>
public sealed record EndpointView(
    Guid Id, Guid Owner, string Url, IReadOnlyList<string> Types, bool OrderedByKey, string? Description,
    string State, string? StateReason, DateTimeOffset CreatedAt, DateTimeOffset? FailingSince,
    DateTimeOffset? PreviousSecretUntil, EndpointNumbers? Numbers, string? Contact = null);

/// <param name="Waiting">How many deliveries wait; 10,000 stands for as many or more.</param>
/// <param name="OldestWaitingAt">When the first of them was created, or put back to be delivered once more.</param>
/// <param name="Ended">How many of the last 200 ended ones there are to be counted: fewer at the beginning.</param>
/// <param name="Delivered">How many of these were taken.</param>
/// <param name="MedianDelaySeconds">From the event, or from when its redelivery was asked for, to its
/// delivery, of those that were taken; null without any.</param>
/// <param name="SlowDelaySeconds">One in twenty took longer.</param>
/// <param name="SlowestDelaySeconds">One in a hundred took longer.</param>
public sealed record EndpointNumbers(
    int Waiting, DateTimeOffset? OldestWaitingAt, int Ended, int Delivered, double? MedianDelaySeconds,
    double? SlowDelaySeconds, double? SlowestDelaySeconds = null);

/// <summary>GET /webhooks?after=&amp;size=20: one's own; for operators all.</summary>
/// <param name="Next">What <c>after</c> is to say for the next page; null on the last.</param>
public sealed record EndpointPage(IReadOnlyList<EndpointView> Items, string? Next);

/// <summary>The answer to POST /webhooks.</summary>
/// <param name="Secret">What signatures are made with. Shown this once.</param>
public sealed record RegisteredEndpoint(EndpointView Endpoint, string Secret);

/// <summary>The answer to POST /webhooks/{id}/secret.</summary>
/// <param name="Secret">The new one, shown this once.</param>
/// <param name="PreviousUntil">Until then each message carries the signature of the old one as well.</param>
public sealed record NewSecretView(string Secret, DateTimeOffset PreviousUntil);

/// <summary>GET /webhooks/types</summary>
public sealed record PublicTypesView(IReadOnlyList<PublicTypeView> Items);

/// <param name="Key">The member of <c>data</c> that says what the event is about, by which it is ordered.</param>
public sealed record PublicTypeView(string Type, string Key, string Description);
