
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
            await faults.BrokenAsync(context);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(701, LogLevel.Error, "{Method} {Path} failed")]
        public static partial void Failed(ILogger logger, Exception failure, string method, string path);
    }
}
