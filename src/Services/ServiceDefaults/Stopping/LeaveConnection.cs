using Microsoft.AspNetCore.Http;

namespace Tessera.ServiceDefaults;

/// <summary>Tells HTTP/1.1 clients of a process that is about to end to ask on another connection: what they sent on
/// this one when it closes would have no answer.</summary>
internal sealed class LeaveConnection(RequestDelegate next, Listeners listeners, TimeProvider clock)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (listeners.IsClosing && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            listeners.Asked(clock);
            context.Response.OnStarting(Close, context);
        }
        return next(context);
    }

    private static Task Close(object context)
    {
        ((HttpContext)context).Response.Headers.Connection = "close";
        return Task.CompletedTask;
    }
}
