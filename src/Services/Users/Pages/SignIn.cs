using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Sessions;

namespace Tessera.Users.Pages;

/// <summary>/account/sign-in. The check is the one of every sign-in: <see cref="CheckPassword"/>.</summary>
internal static class SignIn
{
    public const string Email = "email";
    public const string Password = "password";

    public static IResult Show(HttpContext context) =>
        PageRules.Page<SignInPage>(
            StatusCodes.Status200OK,
            (nameof(SignInPage.Form), new PageForm()), (nameof(SignInPage.Back), ReturnUrl.Of(context)));

    public static async Task<IResult> Handle(
        HttpContext context, CheckPassword passwords, StartSession sessions,
        IOptions<TesseraOptions> tessera, CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        var (email, password) = (form.Trimmed(Email), form[Password]);
        if (email.Length == 0) form.Refuse(Email, "Enter your e-mail address.");
        if (password.Length == 0) form.Refuse(Password, "Enter your password.");
        if (!form.IsGood) return Refuse(context, form);
        var known = password.Length <= CheckPassword.LengthMax
            ? await passwords.TryAsync(email, password, SignInKey.Of(email, context, tessera.Value), stop)
            : null; // Longer than any can be.
        if (known is null)
        {
            form.Refuse(
                Email,
                "The e-mail address or the password is wrong, or too many wrong ones came from your network just now.");
            return Refuse(context, form);
        }
        if (!await sessions.TryAsync(known, context, stop))
        {
            form.Refuse(Email, "The account is gone, or its password was changed just now.");
            return Refuse(context, form);
        }
        return new SeeOther(ReturnUrl.Of(context) ?? AccountPages.Overview);
    }

    private static RazorComponentResult<SignInPage> Refuse(HttpContext context, PageForm form) =>
        PageRules.Page<SignInPage>(
            StatusCodes.Status422UnprocessableEntity,
            (nameof(SignInPage.Form), form), (nameof(SignInPage.Back), ReturnUrl.Of(context)));
}
