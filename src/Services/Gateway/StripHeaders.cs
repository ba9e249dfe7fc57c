using System.Diagnostics;

namespace Tessera.Gateway;

/// <summary>Removes what only the gateway may say, so that no client can say it, and sets the trace
/// context to pass on.</summary>
internal sealed class StripHeaders(RequestDelegate next)
{
    private static readonly string[] prefixes = ["X-Forwarded-", "X-Original-", "X-Tessera-"];
    private static readonly string[] names = ["Forwarded", "X-Real-IP", "Baggage", "X-HTTP-Method-Override"];

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (Activity.Current is { IsAllDataRequested: true } recorded
            && ActivityContext.TryParse(headers[BeginTrace.ClientsHeader], null, isRemote: true, out var clients))
        {
            recorded.AddLink(new ActivityLink(clients));
        }
        foreach (var name in names) headers.Remove(name);
        List<string>? forbidden = null;
        foreach (var (name, _) in headers)
        {
            if (name[0] is not ('X' or 'x')) continue;
            foreach (var prefix in prefixes)
            {
                if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) (forbidden ??= []).Add(name);
            }
        }
        forbidden?.ForEach(name => headers.Remove(name));
        if (Activity.Current is { } activity)
        {
            headers.TraceParent = activity.Id;
            if (activity.TraceStateString is null) headers.Remove("tracestate");
        }
        return next(context);
    }
}
