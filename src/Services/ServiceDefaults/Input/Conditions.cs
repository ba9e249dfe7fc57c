using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Tessera.ServiceDefaults;

/// <summary>Conditional requests (RFC 9110 §13): what a client knows of a thing, by its entity tag.</summary>
public static class Conditions
{
    /// <summary>Says that the endpoint asks <see cref="ForbidsChange"/> before it changes anything.</summary>
    public static TBuilder ChecksConditions<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new Checked());

    /// <summary>Whether the client already has what has this tag: answer 304.</summary>
    public static bool HasCurrent(this HttpContext context, EntityTagHeaderValue current) =>
        Names(context.Request.GetTypedHeaders().IfNoneMatch, current, isStrong: false);

    /// <summary>Whether a condition of the client forbids changing what has this tag.</summary>
    /// <param name="current">Null: the thing is not there yet.</param>
    public static bool ForbidsChange(this HttpContext context, EntityTagHeaderValue? current)
    {
        var headers = context.Request.GetTypedHeaders();
        if (headers.IfMatch is { Count: > 0 } wanted && !Names(wanted, current, isStrong: true)) return true;
        return Names(headers.IfNoneMatch, current, isStrong: false);
    }

    private static bool Names(IList<EntityTagHeaderValue>? tags, EntityTagHeaderValue? current, bool isStrong) =>
        current is not null && tags is not null
        && tags.Any(tag => tag == EntityTagHeaderValue.Any || tag.Compare(current, isStrong));

    internal sealed record Checked;
}
