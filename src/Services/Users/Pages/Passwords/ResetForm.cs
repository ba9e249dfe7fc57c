using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;
using Tessera.Users.Links;
using Tessera.Users.Passwords;

namespace Tessera.Users.Pages;

/// <summary>/account/reset asks for the address, /account/new-password is where the mailed link leads.</summary>
internal static class ResetForm
{
    public const string Email = "email";
    public const string Password = "password";
    public const string Link = OneTimeLinks.Parameter;

    public static IResult Show() => PageRules.Page<ResetPage>(
        StatusCodes.Status200OK, (nameof(ResetPage.Form), new PageForm()));

    public static async Task<IResult> Ask(HttpContext context, ResetPassword reset, CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        var email = form.Trimmed(Email);
        // Of a registration everything but the address is as it must be.
        form.Check(
            new RegisterUserRequest(email, new string('x', PasswordRules.LengthMin)),
            (nameof(RegisterUserRequest.Email), Email, new("email.fault")));
        if (!form.IsGood)
        {
            return PageRules.Page<ResetPage>(
                StatusCodes.Status422UnprocessableEntity, (nameof(ResetPage.Form), form));
        }
        await reset.AskAsync(email, stop);
        return SeeOther.To(AccountPages.ResetAsked);
    }

    public static IResult ShowAsked() => PageRules.Page<ResetAskedPage>();

    public static async Task<IResult> ShowNew(HttpContext context, OneTimeLinks links, CancellationToken stop)
    {
        var secret = context.Request.Query[Link].ToString();
        return await links.FindAsync(OneTimeLinks.Reset, secret, stop) is null
            ? DeadLink()
            : NewPassword(StatusCodes.Status200OK, PageForm.With((Link, secret)));
    }

    public static async Task<IResult> SetNew(
        HttpContext context, ResetPassword reset, IOptions<TesseraOptions> tessera, CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        var from = new SignInNetwork(SignInKey.NetworkOf(context, tessera.Value));
        switch (await reset.TryAsync(form[Link], form[Password], from, stop))
        {
            case ResetOutcome.Refused(var why):
                form.Refuse(Password, why);
                return NewPassword(StatusCodes.Status422UnprocessableEntity, form);
            case ResetOutcome.DeadLink:
                return DeadLink();
            default:
                return SeeOther.To(Notice.After(AccountPages.SignIn, Notice.PasswordReset));
        }
    }

    public static RazorComponentResult<DeadLinkPage> DeadLink() =>
        PageRules.Page<DeadLinkPage>(StatusCodes.Status410Gone);

    private static RazorComponentResult<NewPasswordPage> NewPassword(int status, PageForm form) =>
        PageRules.Page<NewPasswordPage>(status, (nameof(NewPasswordPage.Form), form));
}
