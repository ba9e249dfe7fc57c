using Microsoft.AspNetCore.Http.HttpResults;

namespace Tessera.Web.Pages;

/// <summary>Pages that say what is wrong, in the visitor's language and with the ways on.</summary>
internal static class Faults
{
    public static IResult NotFound() => Of(StatusCodes.Status404NotFound, "404");

    /// <summary>A service that the page cannot do without is away.</summary>
    public static IResult Away(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "5";
        return Of(StatusCodes.Status503ServiceUnavailable, "503");
    }

    public static IResult SignInFailed() => Of(StatusCodes.Status400BadRequest, "signin", "/sign-in");

    public static Task Refused(HttpContext context, int status) =>
        Of(status, status == StatusCodes.Status403Forbidden ? "403" : "400").ExecuteAsync(context);

    public static Task Broken(HttpContext context) =>
        Of(StatusCodes.Status500InternalServerError, "500").ExecuteAsync(context);

    private static RazorComponentResult<FaultPage> Of(int status, string key, string? again = null) =>
        Page.Show<FaultPage>(status, (nameof(FaultPage.Key), key), (nameof(FaultPage.Again), again));
}
