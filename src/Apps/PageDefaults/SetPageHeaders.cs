namespace Tessera.PageDefaults;

/// <summary>What holds for every page: no foreign script, style, picture, frame or form target, and nothing that is
/// meant for one visitor is kept by a cache.</summary>
public sealed class SetPageHeaders(RequestDelegate next)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY"; // For browsers that do not know frame-ancestors.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "private, no-store"; // Files that may be kept say so themselves.
        return next(context);
    }
}
