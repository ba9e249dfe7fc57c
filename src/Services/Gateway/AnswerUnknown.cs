using Microsoft.AspNetCore.Routing.Template;

namespace Tessera.Gateway;

/// <summary>Answers what no route takes of the addresses that are for programs. The pages have every address that is
/// left over, and a program is told in its own way, not by a page, that nothing stands there or that it asked by the
/// wrong method.</summary>
internal sealed class AnswerUnknown(EndpointDataSource endpoints)
{
    /// <summary>Web has the last two, for processes alone: no stranger's request goes there as a page's.</summary>
    public static readonly string[] Paths = ["/api/{**rest}", "/health/{**rest}", "/internal/{**rest}"];

    public IResult Handle(HttpContext context)
    {
        var methods = endpoints.Endpoints.OfType<RouteEndpoint>()
            .Where(route => Covers(route, context.Request.Path))
            .SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (methods.Length == 0)
        {
            return TypedResults.Problem(
                "Nothing stands at this address.", statusCode: StatusCodes.Status404NotFound);
        }
        context.Response.Headers.Allow = string.Join(", ", methods);
        return TypedResults.Problem($"This address takes {string.Join(", ", methods)}.",
            statusCode: StatusCodes.Status405MethodNotAllowed);
    }

    private static bool Covers(RouteEndpoint route, PathString path) =>
        route.RoutePattern.RawText is { } text
        && text.StartsWith("/api/", StringComparison.OrdinalIgnoreCase)
        && new TemplateMatcher(TemplateParser.Parse(text), []).TryMatch(path, []);
}
