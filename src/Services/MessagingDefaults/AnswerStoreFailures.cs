using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.MessagingDefaults;

/// <summary>A database that is away, locked or full is no fault of the request: 503, try again. A change that lost
/// a race against another one: 409.</summary>
internal sealed partial class AnswerStoreFailures(
    IMessageStore store, ILogger<AnswerStoreFailures> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is UnexpectedRowsException)
        {
            await httpContext.WriteProblem(
                StatusCodes.Status409Conflict,
                "Another request changed the same thing at the same time. Read it and try again.");
            return true;
        }
        if (!store.IsTransient(exception)) return false;
        Log.Unavailable(logger, exception, httpContext.Request.Method, httpContext.Request.Path.Value ?? "");
        httpContext.Response.Headers.RetryAfter = "1";
        await httpContext.WriteProblem(
            StatusCodes.Status503ServiceUnavailable, "The database does not answer now. Try again.");
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(210, LogLevel.Warning, "{Method} {Path} failed for a time: the database is unavailable")]
        public static partial void Unavailable(ILogger logger, Exception failure, string method, string path);
    }
}
