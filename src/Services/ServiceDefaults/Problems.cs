using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tessera.ServiceDefaults;

/// <summary>Every error leaves as an RFC 9457 problem document with the trace id, and never with
/// a stack trace.</summary>
public static class Problems
{
    internal static IServiceCollection AddProblems(this IServiceCollection services)
    {
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>(); // Before the default writer, which obeys Accept.
        services.AddProblemDetails();
        services.AddExceptionHandler<RefuseBadRequests>();
        // So that the detail can be told.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddOptions<ExceptionHandlerOptions>().Configure<ILoggerFactory>((handler, loggers) =>
        {
            var logger = loggers.CreateLogger("Tessera.ServiceDefaults.Requests");
            handler.ExceptionHandler = context => WriteFailure(context, logger);
            handler.SuppressDiagnosticsCallback = _ => true; // Logged by WriteFailure, once and in one line.
        });
        return services;
    }

    public static string TraceIdOf(HttpContext context) =>
        Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    /// <summary>Writes a problem document with the given status and detail.</summary>
    public static Task WriteProblem(this HttpContext context, int status, string? detail) =>
        context.WriteProblem(status, new ProblemDetails { Detail = detail });

    /// <summary>Writes a problem document of a kind that has more to say than its status.</summary>
    public static Task WriteProblem(this HttpContext context, int status, ProblemDetails problem)
    {
        context.Response.StatusCode = status;
        problem.Status = status;
        var problems = context.RequestServices.GetRequiredService<IProblemDetailsService>();
        return problems.WriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            ProblemDetails = problem,
        }).AsTask();
    }

    /// <summary>Status 400 for one member, in the form in which validation refuses.</summary>
    internal static Task WriteInvalid(this HttpContext context, string member, string fault)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        var problems = context.RequestServices.GetRequiredService<IProblemDetailsService>();
        return problems.WriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            ProblemDetails = new HttpValidationProblemDetails(
                new Dictionary<string, string[]> { [member] = [fault + "."] })
            {
                Status = StatusCodes.Status400BadRequest,
                Detail = $"{member}: {fault}.",
            },
        }).AsTask();
    }

    private static Task WriteFailure(HttpContext context, ILogger logger)
    {
        var failure = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        if (failure is not null)
        {
            RequestLog.Failed(logger, failure, context.Request.Method, context.Request.Path.Value ?? "");
        }
        return context.WriteProblem(StatusCodes.Status500InternalServerError,
            "The request failed here. The trace id finds it in the logs.");
    }
}

internal static partial class RequestLog
{
    [LoggerMessage(EventIds.RequestFailed, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void Failed(ILogger logger, Exception failure, string method, string path);
}
