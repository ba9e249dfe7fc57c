using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;
using Tessera.Users.Sessions;

namespace Tessera.Users.Pages;

/// <summary>/account/register: the same as POST /users, and signed in afterwards.</summary>
internal static class Register
{
    public const string Name = "name";
    public const string Email = "email";
    public const string Password = "password";

    public static IResult Show(HttpContext context) => Page(StatusCodes.Status200OK, context, new PageForm());

    public static async Task<IResult> Handle(
        HttpContext context, RegisterAccount register, StartSession sessions,
        IOptions<TesseraOptions> tessera, CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        var name = form.Trimmed(Name);
        var request = new RegisterUserRequest(form.Trimmed(Email), form[Password], name.Length == 0 ? null : name);
        form.Check(
            request,
            (nameof(request.Email), Email, "Enter an e-mail address, such as ada@example.org."),
            (nameof(request.Password), Password, "Enter a password of 10 to 128 characters."),
            (nameof(request.Name), Name, "Enter a name of at most 100 characters."));
        if (!form.IsGood) return Page(StatusCodes.Status422UnprocessableEntity, context, form);
        var key = SignInKey.Of(request.Email, context, tessera.Value);
        if (await register.TryAsync(request, key, stop) is not { } account)
        {
            form.Refuse(Email, "There is an account with this e-mail address already. Sign in instead.");
            return Page(StatusCodes.Status422UnprocessableEntity, context, form);
        }
        return await sessions.TryAsync(account, context, stop)
            ? new SeeOther(ReturnUrl.Of(context) ?? AccountPages.Overview)
            : new SeeOther(AccountPages.SignIn);
    }

    private static RazorComponentResult<RegisterPage> Page(int status, HttpContext context, PageForm form) =>
        PageRules.Page<RegisterPage>(
            status, (nameof(RegisterPage.Form), form), (nameof(RegisterPage.Back), ReturnUrl.Of(context)));
}
