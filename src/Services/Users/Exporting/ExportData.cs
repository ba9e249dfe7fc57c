using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;
using Tessera.Users.Pages;
using Tessera.Users.Sessions;

namespace Tessera.Users.Exporting;

/// <summary>GET /users/me/export for programs, /account/export for the link on the account's page.</summary>
internal static class ExportData
{
    private const string FileName = "tessera-account.json";
    private const string RetryAfterSeconds = "10";

    public static async Task<Results<Ok<UserExport>, ProblemHttpResult>> Handle(
        Caller caller, HttpContext context, CollectExport export, CancellationToken stop)
    {
        if (OwnSessions.RefusedTo(caller) is { } refused) return refused;
        // Parts that the token was not given for are left out and named: a grant may be older than a service.
        var given = (context.User.FindFirst("scope")?.Value ?? "").Split(' ');
        var outcome = await export.TryAsync(caller.Id, OwnSessions.OfToken(context), given, stop);
        if (outcome is ExportOutcome.Gone) return ReadProfile.Gone();
        if (outcome is ExportOutcome.Made(var made))
        {
            Offer(context);
            return TypedResults.Ok(made);
        }
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        var service = (outcome as ExportOutcome.Away)?.Service;
        return TypedResults.Problem(
            service is null
                ? "Other exports are being made. Ask again in a moment."
                : $"The service {service} did not answer, and an export without its part would mislead. "
                    + "Ask again later.",
            statusCode: StatusCodes.Status503ServiceUnavailable,
            extensions: service is null ? null : [new("service", service)]);
    }

    public static async Task<IResult> Download(HttpContext context, CollectExport export, CancellationToken stop)
    {
        var outcome = await export.TryAsync(
            AccountCookie.RequiredUserOf(context.User), AccountCookie.SessionOf(context.User), given: null, stop);
        if (outcome is ExportOutcome.Gone) return SeeOther.To(AccountPages.SignIn);
        if (outcome is ExportOutcome.Made(var made))
        {
            Offer(context);
            return TypedResults.Json(made);
        }
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return PageRules.Page<NoExportPage>(StatusCodes.Status503ServiceUnavailable);
    }

    private static void Offer(HttpContext context)
    {
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{FileName}\"";
        context.Response.Headers.CacheControl = "no-store";
    }
}
