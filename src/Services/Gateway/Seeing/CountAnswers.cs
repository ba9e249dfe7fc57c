using Microsoft.AspNetCore.Http.Features;

namespace Tessera.Gateway;

/// <summary>Counts each request once, by what its client was told. Probes do not count, and who went away before an
/// answer was not failed.</summary>
internal sealed class CountAnswers(RequestDelegate next, AnswerMetrics metrics)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var isFailure = true;
        try
        {
            await next(context);
            isFailure = context.Response.StatusCode >= StatusCodes.Status500InternalServerError;
        }
        finally
        {
            var isGone = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted;
            if (!isGone && context.Features.Get<IHttpMetricsTagsFeature>() is not { MetricsDisabled: true })
                metrics.Answered(isFailure);
        }
    }
}
