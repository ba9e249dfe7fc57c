using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using Tessera.ServiceDefaults;

namespace Tessera.Users.Pages;

/// <summary>What holds for every page: who is signed in by the cookie, no form without our token, nothing kept by
/// caches, no foreign script, frame or form target.</summary>
internal static class PageRules
{
    /// <summary>A group of pages. Each page still declares who may see it.</summary>
    public static RouteGroupBuilder MapPages(this IEndpointRouteBuilder routes, string prefix) =>
        routes.MapGroup(prefix).AddEndpointFilter(ApplyAsync).ExcludeFromDescription();

    private static async ValueTask<object?> ApplyAsync(
        EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        await PrepareAsync(context);
        // Read before it is asked for the token, which would tell of a text that is refused as of a fault of ours.
        if (context.Request.HasFormContentType) await context.Request.ReadFormAsync(context.RequestAborted);
        if (HttpMethods.IsPost(context.Request.Method)
            && !await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            return Page<StalePage>(StatusCodes.Status400BadRequest);
        }
        return await next(invocation);
    }

    /// <summary>What comes before any page: who looks at it, and what the browser may do with it.</summary>
    public static async Task PrepareAsync(HttpContext context)
    {
        // Cookies are made for the address that people see; TLS ends in front of us.
        context.Request.Scheme = context.RequestServices.GetRequiredService<IOptions<TesseraOptions>>()
            .Value.PublicUri.Scheme;
        var signedIn = await context.AuthenticateAsync(AccountCookie.Scheme);
        context.User = signedIn.Principal ?? new ClaimsPrincipal(new ClaimsIdentity());
        await SetHeadersAsync(context);
    }

    public static RazorComponentResult<TPage> Page<TPage>(
        int status = StatusCodes.Status200OK, params ReadOnlySpan<(string Name, object? Value)> parameters)
        where TPage : Microsoft.AspNetCore.Components.IComponent
    {
        var given = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters) given[name] = value;
        return new RazorComponentResult<TPage>(given) { StatusCode = status, PreventStreamingRendering = true };
    }

    private static async Task SetHeadersAsync(HttpContext context)
    {
        var applications = context.RequestServices.GetRequiredService<IOpenIddictApplicationManager>();
        var back = ReturnUrl.Of(context) ?? context.Request.Path + context.Request.QueryString;
        var targets = await FormTargets.OfAsync(back, applications, context.RequestAborted);
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; frame-ancestors 'none'; form-action "
            + string.Join(' ', targets.Prepend("'self'"));
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY"; // For browsers that do not know frame-ancestors.
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}
