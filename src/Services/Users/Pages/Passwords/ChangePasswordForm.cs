using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Passwords;

namespace Tessera.Users.Pages;

/// <summary>/account/password</summary>
internal static class ChangePasswordForm
{
    public const string Current = "current";
    public const string New = "new";

    public static IResult Show() => PageRules.Page<PasswordPage>(
        StatusCodes.Status200OK, (nameof(PasswordPage.Form), new PageForm()));

    public static async Task<IResult> Handle(
        HttpContext context, AccountStore accounts, ChangePassword change, IOptions<TesseraOptions> tessera,
        CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        if (form[Current].Length == 0) form.Refuse(Current, "change.current.missing");
        if (form[New].Length == 0) form.Refuse(New, "change.new.missing");
        if (form.IsGood)
        {
            var user = AccountCookie.RequiredUserOf(context.User);
            if (await accounts.FindAsync(user, stop) is not { Email: { } email } account)
                return SeeOther.To(AccountPages.SignIn);
            var outcome = await change.TryAsync(
                account, form[Current], form[New], AccountCookie.SessionOf(context.User),
                SignInKey.Of(email, context, tessera.Value), stop);
            if (outcome is PasswordChange.Refused(var why)) form.Refuse(New, why);
            if (outcome is PasswordChange.WrongCurrent) form.Refuse(Current, "change.wrong");
        }
        return form.IsGood
            ? SeeOther.To(Notice.After(AccountPages.Overview, Notice.PasswordChanged))
            : PageRules.Page<PasswordPage>(
                StatusCodes.Status422UnprocessableEntity, (nameof(PasswordPage.Form), form));
    }
}
