using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Tessera.ServiceDefaults;

/// <summary>An endpoint says who may call it, or that anyone may; one that says nothing is a mistake
/// and answers nobody.</summary>
internal sealed class DenyUndeclared(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint route
        && route.Metadata.GetMetadata<IAuthorizeData>() is null
        && route.Metadata.GetMetadata<AuthorizationPolicy>() is null
        && route.Metadata.GetMetadata<IAllowAnonymous>() is null
            ? throw new InvalidOperationException(
                $"{route.RoutePattern.RawText} declares no access: add RequireAuthorization(…) or AllowAnonymous().")
            : next(context);
}
