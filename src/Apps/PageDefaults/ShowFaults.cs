
namespace Tessera.PageDefaults;

/// <summary>What fails in a page is a page too, without a trace of its inside.</summary>
public sealed partial class ShowFaults(
    RequestDelegate next, IFaultPages faults, ILogger<ShowFaults> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The visitor has gone.
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            if (failure is BadHttpRequestException bad)
            {
                await faults.RefusedAsync(context, bad.StatusCode);
                return;
            }
            Log.Failed(logger, failure, context.Request.Method, context.Request.Path.Value ?? "");
            await ShowBrokenAsync(context);
        }
    }

    /// <summary>In a scope of its own: what failed may be the rendering of a page, whose renderer and headers are half
    /// done and take no second page.</summary>
    private async Task ShowBrokenAsync(HttpContext context)
    {
        context.Response.Headers.Remove("blazor-enhanced-nav");
        var services = context.RequestServices;
        await using var anew = services.CreateAsyncScope();
        context.RequestServices = anew.ServiceProvider;
        try
        {
            await faults.BrokenAsync(context);
        }
        finally
        {
            context.RequestServices = services;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(701, LogLevel.Error, "{Method} {Path} failed")]
        public static partial void Failed(ILogger logger, Exception failure, string method, string path);
    }
}
