using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.PageDefaults;

namespace Tessera.Web.Pages;

/// <summary>Pages that say what is wrong, in the visitor's language and with the ways on.</summary>
internal sealed class Faults : IFaultPages
{
    public static IResult NotFound() => Of(StatusCodes.Status404NotFound, "404");

    /// <summary>A service that the page cannot do without is away.</summary>
    /// <param name="again">Where to look again; at this address unless said.</param>
    public static IResult Away(HttpContext context, string? again = null)
    {
        context.Response.Headers.RetryAfter = "5";
        return Of(StatusCodes.Status503ServiceUnavailable, "503", again);
    }

    public static IResult SignInFailed() => Of(StatusCodes.Status400BadRequest, "signin", "/sign-in");

    public Task RefusedAsync(HttpContext context, int status) => (status switch
    {
        StatusCodes.Status403Forbidden => Of(status, "403"),
        StatusCodes.Status404NotFound => NotFound(),
        StatusCodes.Status503ServiceUnavailable => Away(context),
        _ => Of(status, "400"),
    }).ExecuteAsync(context);

    public Task BrokenAsync(HttpContext context) =>
        Of(StatusCodes.Status500InternalServerError, "500").ExecuteAsync(context);

    private static RazorComponentResult<FaultPage> Of(int status, string key, string? again = null) =>
        Page.Show<FaultPage>(status, (nameof(FaultPage.Key), key), (nameof(FaultPage.Again), again));
}
