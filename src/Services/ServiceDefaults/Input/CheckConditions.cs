using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Tessera.ServiceDefaults;

/// <summary>
/// A condition is met or the request is refused; none is passed over. What cannot be read is 400, and a change under a
/// condition that its endpoint does not check (<see cref="Conditions.ChecksConditions"/>) is 412.
/// </summary>
internal sealed class CheckConditions(RequestDelegate next)
{
    private static readonly string[] byTag = [HeaderNames.IfMatch, HeaderNames.IfNoneMatch];

    public Task InvokeAsync(HttpContext context)
    {
        foreach (var name in byTag)
        {
            if (context.Request.Headers.TryGetValue(name, out var tags) && !IsListOfTags(tags))
            {
                return context.WriteProblem(StatusCodes.Status400BadRequest,
                    $"The header {name} is no list of entity tags, such as \"3\", nor *.");
            }
        }
        if (UncheckedConditionOf(context) is { } header)
        {
            return context.WriteProblem(StatusCodes.Status412PreconditionFailed,
                $"The condition of {header} is not checked here, so nothing was changed. Send the request without it.");
        }
        return next(context);
    }

    private static bool IsListOfTags(StringValues tags) =>
        EntityTagHeaderValue.TryParseStrictList([.. tags.Select(tag => tag ?? "")], out var list) && list.Count > 0;

    /// <summary>Only of our own handlers: what is passed on is checked where it ends.</summary>
    private static string? UncheckedConditionOf(HttpContext context)
    {
        var (method, headers) = (context.Request.Method, context.Request.Headers);
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method)) return null;
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<MethodInfo>() is null) return null;
        // RFC 9110 §13.1.4 lets this one pass where no date of change is kept; the client's change would then overwrite
        // what it meant to spare.
        if (headers.IfUnmodifiedSince.Count > 0) return HeaderNames.IfUnmodifiedSince;
        return endpoint.Metadata.GetMetadata<Conditions.Checked>() is null
            ? Array.Find(byTag, headers.ContainsKey)
            : null;
    }
}
