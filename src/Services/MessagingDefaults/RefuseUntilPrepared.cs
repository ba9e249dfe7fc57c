using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Tessera.Messaging;
using Tessera.ServiceDefaults;

namespace Tessera.MessagingDefaults;

/// <summary>A request that comes before the tables are there is told to come again, and asks the database nothing:
/// each question would be an error in its log.</summary>
internal sealed class RefuseUntilPrepared(MessagingHealth health) : IStartupFilter
{
    /// <summary>Answered from memory.</summary>
    private static readonly PathString[] free = ["/health", "/metrics", "/openapi", "/.well-known"];

    private volatile bool _isPrepared;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(Pass);
        next(app);
    };

    private Task Pass(HttpContext context, RequestDelegate next)
    {
        if (_isPrepared || Array.Exists(free, path => context.Request.Path.StartsWithSegments(path)))
            return next(context);
        if (health.IsDatabasePrepared)
        {
            _isPrepared = true;
            return next(context);
        }
        context.Response.Headers.RetryAfter = "1";
        return context.WriteProblem(
            StatusCodes.Status503ServiceUnavailable, "The service is starting and has no tables yet. Try again.");
    }
}
