using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Tessera.ServiceDefaults;

/// <summary>HEAD is answered wherever GET is, with the same head (RFC 9110 §9.3.2). Stands between two routings: what
/// has no HEAD of its own is routed once more as GET, and what that writes is dropped.</summary>
internal sealed class AnswerHead(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // The endpoint that answers 405 is no RouteEndpoint.
        if (!HttpMethods.IsHead(context.Request.Method) || context.GetEndpoint() is RouteEndpoint)
        {
            await next(context);
            return;
        }
        context.SetEndpoint(null);
        context.Request.Method = HttpMethods.Get;
        context.Response.Body = Stream.Null; // Over HTTP/2 the server would send it.
        try
        {
            await next(context);
        }
        finally
        {
            context.Request.Method = HttpMethods.Head;
        }
    }
}
