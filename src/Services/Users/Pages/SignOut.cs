using Microsoft.AspNetCore.Authentication;
using Tessera.ServiceDefaults;
using Tessera.Users.Sessions;

namespace Tessera.Users.Pages;

/// <summary>/account/sign-out asks with a button: a link from elsewhere signs nobody out.</summary>
internal static class SignOut
{
    public static IResult Show(HttpContext context) => PageRules.Page<SignOutPage>(
        StatusCodes.Status200OK, (nameof(SignOutPage.Back), ReturnUrl.Of(context)));

    public static IResult ShowDone() => PageRules.Page<SignedOutPage>();

    public static async Task<IResult> Handle(
        HttpContext context, EndSession end, CancellationToken stop)
    {
        if (AccountCookie.SessionOf(context.User) is { } session && AccountCookie.UserOf(context.User) is { } user)
            await end.OneAsync(user, session, stop);
        await context.SignOutAsync(AccountCookie.Scheme);
        return SeeOther.To(ReturnUrl.Of(context) ?? AccountPages.SignedOut);
    }
}
