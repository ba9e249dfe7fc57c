using Microsoft.AspNetCore.Authentication;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Web.Pages;

namespace Tessera.Web.Session;

/// <summary>For a form whose sender is no longer signed in: to the sign-in and back to the form's page, which shows
/// what was typed.</summary>
internal sealed class SignInAgain(TypedForms typed)
{
    /// <summary>Whether the sender was signed in, and this request does not say as whom.</summary>
    public static bool IsNeeded(HttpContext context) =>
        SessionSetup.HasEnded(context) || SessionSetup.IsUnread(context);

    public async Task<IResult> BackToAsync(string page, HttpContext context)
    {
        await typed.KeepAsync(context);
        if (SessionSetup.IsUnread(context)) return Faults.Away(context, page);
        // Who would rather go on without an account is not asked again.
        if (SessionSetup.HasEnded(context)) await context.SignOutAsync();
        return SeeOther.To($"/sign-in?back={Uri.EscapeDataString(page)}");
    }
}
