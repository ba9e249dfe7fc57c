using Tessera.ServiceDefaults;
using Tessera.Users.Links;

namespace Tessera.Users.Pages;

/// <summary>/account/confirm, where the mailed link leads. The button confirms, not the link: programs that look into
/// mails open every link.</summary>
internal static class ConfirmEmail
{
    public static async Task<IResult> Show(HttpContext context, OneTimeLinks links, CancellationToken stop)
    {
        var secret = context.Request.Query[OneTimeLinks.Parameter].ToString();
        return await links.FindAsync(OneTimeLinks.Confirm, secret, stop) is null
            ? ResetForm.DeadLink()
            : PageRules.Page<ConfirmPage>(
                StatusCodes.Status200OK, (nameof(ConfirmPage.Form), PageForm.With((ResetForm.Link, secret))));
    }

    public static async Task<IResult> Handle(
        HttpContext context, AccountStore accounts, OneTimeLinks links, TimeProvider clock, CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        await accounts.Work.BeginAsync(stop);
        if (await links.TryUseAsync(OneTimeLinks.Confirm, form[ResetForm.Link], stop) is not { } user
            || !await accounts.TryConfirmAsync(user, clock.GetUtcNow(), stop))
        {
            return ResetForm.DeadLink();
        }
        await accounts.Work.CommitAsync(stop);
        var next = AccountCookie.UserOf(context.User) == user ? AccountPages.Overview : AccountPages.SignIn;
        return SeeOther.To(Notice.After(next, Notice.Confirmed));
    }
}
