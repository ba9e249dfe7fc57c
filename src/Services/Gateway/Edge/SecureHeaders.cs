namespace Tessera.Gateway;

/// <summary>What a browser is told with every answer, unless the service says something of its own: take the type as it
/// is given, show it in nobody's frame, tell other sites nothing, and run nothing that is no page.</summary>
internal sealed class SecureHeaders(RequestDelegate next)
{
    private const string OfPages = "frame-ancestors 'none'; base-uri 'none'; object-src 'none'";
    private const string OfData = "default-src 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        // When the answer starts: an answer that is replaced by a problem document would lose them.
        context.Response.OnStarting(Set, context.Response);
        return next(context);
    }

    private static Task Set(object state)
    {
        var response = (HttpResponse)state;
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (headers.XFrameOptions.Count == 0) headers.XFrameOptions = "DENY";
        if (!headers.ContainsKey("Referrer-Policy")) headers["Referrer-Policy"] = "same-origin";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            var isPage = response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true;
            headers.ContentSecurityPolicy = isPage ? OfPages : OfData;
        }
        return Task.CompletedTask;
    }
}
