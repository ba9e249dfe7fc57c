using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Tessera.ServiceDefaults;

/// <summary>After the role: whether the token was given for this. An endpoint that takes tokens and names no scope is a
/// mistake and answers nobody, or every machine could call it.</summary>
internal sealed class CheckScope(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint route
            || route.Metadata.GetMetadata<IAllowAnonymous>() is not null
            || !route.Metadata.OfType<IAuthorizeData>().Any(access => Policies.TakesTokens(access.Policy)))
        {
            return next(context);
        }
        var needed = route.Metadata.GetMetadata<NeededScope>() ?? throw new InvalidOperationException(
            $"{route.RoutePattern.RawText} declares no scope: add RequireScope(…).");
        if (Has(context.User, needed.Scope)) return next(context);
        context.Response.Headers.WWWAuthenticate = $"Bearer error=\"insufficient_scope\", scope=\"{needed.Scope}\"";
        return context.WriteProblem(
            StatusCodes.Status403Forbidden, $"The token was not given for this: it needs the scope {needed.Scope}.");
    }

    private static bool Has(ClaimsPrincipal caller, string scope)
    {
        if (caller.FindFirstValue("scope") is { } given)
            return given.Split(' ').Contains(scope, StringComparer.Ordinal);
        // A token from before there were clients and scopes: it may do what its role may, for its last minutes.
        return caller.FindFirstValue("client_id") is null
            && Scopes.OfRole(caller.FindFirstValue("role")).Contains(scope);
    }
}
