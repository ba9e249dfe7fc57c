using System.Globalization;
using System.Net;
using System.Text;

namespace Tessera.Gateway;

/// <summary>The health of the whole, as JSON or as a page for people. 503 when a service has nobody
/// to serve it.</summary>
internal static class ShowHealth
{
    public static async Task<IResult> Handle(HttpContext context, ReadHealth health, CancellationToken stop)
    {
        var system = await health.ReadAsync(stop);
        var status = system.Status == "Unhealthy" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        context.Response.Headers.CacheControl = "no-store";
        return WantsPage(context.Request)
            ? TypedResults.Text(Page(system), "text/html", Encoding.UTF8, status)
            : TypedResults.Json(system, statusCode: status);
    }

    private static bool WantsPage(HttpRequest request) => request.GetTypedHeaders().Accept
        .OrderByDescending(media => media.Quality ?? 1)
        .FirstOrDefault(media => media.MediaType == "text/html" || media.MatchesMediaType("application/json"))
        is { } first && first.MediaType == "text/html" && first.Quality != 0;

    internal static string Page(SystemHealth system)
    {
        var rows = new StringBuilder();
        foreach (var replica in system.Services)
        {
            var reasons = replica.Checks?.Where(check => check.Value.Description is not null)
                .Select(check => $"{check.Key}: {check.Value.Description}") ?? [];
            var (state, kind) = replica.IsNotStarted
                ? ("not started", "NotStarted")
                : (replica.Status, WebUtility.HtmlEncode(replica.Status));
            rows.Append(CultureInfo.InvariantCulture, $"""
                <tr class="{kind}"><td>{WebUtility.HtmlEncode(replica.Replica)}</td>
                <td>{WebUtility.HtmlEncode(state)}</td><td>{replica.Milliseconds} ms</td><td>{replica.MemoryMegabytes} MB</td>
                <td>{WebUtility.HtmlEncode(string.Join("; ", reasons))}</td></tr>

                """);
        }
        return $$"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Tessera: {{system.Status}}</title>
            <meta http-equiv="refresh" content="5">
            <style>body{font:16px system-ui;margin:2rem}td,th{padding:.3rem 1rem;text-align:left}
            .Healthy td:nth-child(2){color:#176f2c}tr:not(.Healthy) td:nth-child(2){color:#a4141c;font-weight:600}
            tr.NotStarted td:nth-child(2){color:inherit;font-weight:400}</style></head>
            <body><h1>Tessera: {{system.Status}}</h1>
            <table><thead><tr><th>Service</th><th>State</th><th>Answer</th><th>Memory</th><th>Why</th></tr></thead>
            <tbody>{{rows}}</tbody></table></body></html>
            """;
    }
}
