using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Passkeys;
using Tessera.Users.SecondFactor;
using Tessera.Users.Sessions;

namespace Tessera.Users.Pages;

/// <summary>/account/sign-in. The check is the one of every sign-in: <see cref="CheckPassword"/>.</summary>
internal static class SignIn
{
    public const string Email = "email";
    public const string Password = "password";

    public static IResult Show(HttpContext context, Ceremonies ceremonies) =>
        Page(StatusCodes.Status200OK, context, new PageForm(), ceremonies);

    public static async Task<IResult> Handle(
        HttpContext context, CheckPassword passwords, StartSession sessions, SecondFactors factors,
        SecondFactorTicket tickets, Ceremonies ceremonies, IOptions<TesseraOptions> tessera, CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        var (email, password) = (form.Trimmed(Email), form[Password]);
        if (email.Length == 0) form.Refuse(Email, "signin.email.missing");
        if (password.Length == 0) form.Refuse(Password, "signin.password.missing");
        if (!form.IsGood) return Refuse(context, form, ceremonies);
        var known = password.Length <= CheckPassword.LengthMax
            ? await passwords.TryAsync(email, password, SignInKey.Of(email, context, tessera.Value), stop)
            : null; // Longer than any can be.
        if (known is null)
        {
            form.Refuse(Email, "signin.wrong");
            return Refuse(context, form, ceremonies);
        }
        if (await factors.HasAsync(known.Id, stop)) return EnterCode.Page(context, tickets.Issue(known));
        if (!await sessions.TryAsync(known, SignInMethod.Password, context, stop))
        {
            form.Refuse(Email, "signin.gone");
            return Refuse(context, form, ceremonies);
        }
        return SeeOther.To(ReturnUrl.Of(context) ?? AccountPages.Overview);
    }

    public static RazorComponentResult<SignInPage> Page(
        int status, HttpContext context, PageForm form, Ceremonies ceremonies) => PageRules.Page<SignInPage>(
        status, (nameof(SignInPage.Form), form), (nameof(SignInPage.Back), ReturnUrl.Of(context)),
        (nameof(SignInPage.Ceremony), ceremonies.IsPossible ? ceremonies.BeginUsing() : null));

    private static RazorComponentResult<SignInPage> Refuse(
        HttpContext context, PageForm form, Ceremonies ceremonies) =>
        Page(StatusCodes.Status422UnprocessableEntity, context, form, ceremonies);
}
