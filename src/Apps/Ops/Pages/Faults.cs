using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Ops.Recording;
using Tessera.PageDefaults;

namespace Tessera.Ops.Pages;

/// <summary>Pages that say what is wrong. To whom is no operator the console looks like a page that is not there.
/// </summary>
internal sealed class Faults(OpsRecord record) : IFaultPages
{
    public static IResult NotFound() => Of(
        StatusCodes.Status404NotFound, "There is no such page", "The address may be wrong, or what it names is gone.");

    public static IResult SignInFailed() => Of(
        StatusCodes.Status400BadRequest, "The sign-in did not work", "Open the console again: it begins anew.");

    public Task RefusedAsync(HttpContext context, int status)
    {
        if (status == StatusCodes.Status403Forbidden)
            record.Refused(null, context, "403: the form came from another place");
        return Of(status).ExecuteAsync(context);
    }

    private static IResult Of(int status) => status switch
    {
        StatusCodes.Status404NotFound => NotFound(),
        StatusCodes.Status403Forbidden => Of(
            status, "The form was not taken", "It was sent from another place than the console."),
        StatusCodes.Status503ServiceUnavailable => Of(
            status, "Your session cannot be read now", "Nothing was done. Try again in a moment."),
        _ => Of(status, "The request cannot be read", "Go back and try again."),
    };

    public Task BrokenAsync(HttpContext context) => Of(
        StatusCodes.Status500InternalServerError, "The console failed",
        "What it was doing is in its log. The services are not touched by this.").ExecuteAsync(context);

    private static RazorComponentResult<FaultPage> Of(int status, string title, string words) =>
        Page.Show<FaultPage>(status, (nameof(FaultPage.Title), title), (nameof(FaultPage.Words), words));
}
