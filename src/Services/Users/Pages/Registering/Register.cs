using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;
using Tessera.Users.Passwords;

namespace Tessera.Users.Pages;

/// <summary>/account/register: the same as POST /users.</summary>
internal static class Register
{
    public const string Name = "name";
    public const string Email = "email";
    public const string Password = "password";

    public static IResult Show(HttpContext context) => Page(StatusCodes.Status200OK, context, new PageForm());

    public static IResult ShowDone(HttpContext context) => PageRules.Page<RegisteredPage>(
        StatusCodes.Status200OK, (nameof(RegisteredPage.Back), ReturnUrl.Of(context)));

    public static async Task<IResult> Handle(
        HttpContext context, RegisterAccount register, CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        var name = form.Trimmed(Name);
        var request = new RegisterUserRequest(
            form.Trimmed(Email), form[Password], name.Length == 0 ? null : name, LanguageOf(context.Request));
        form.Check(
            request,
            (nameof(request.Email), Email, new("email.fault")),
            (nameof(request.Password), Password, PasswordRules.FaultOf(request.Password, null) ?? new("fault.other")),
            (nameof(request.Name), Name, new("name.fault")));
        if (form.FaultOf(Password) is null && PasswordRules.FaultOf(request.Password, request.Email) is { } fault)
            form.Refuse(Password, fault);
        if (!form.IsGood) return Page(StatusCodes.Status422UnprocessableEntity, context, form);
        await register.RunAsync(request, stop);
        return SeeOther.To(ReturnUrl.AddTo(AccountPages.Registered, ReturnUrl.Of(context)));
    }

    /// <summary>As the person reads the storefront, which keeps what they chose, or else as the browser asks for it.
    /// Null when neither says so.</summary>
    public static string? LanguageOf(HttpRequest request) => request.Cookies[ReaderLanguage.Cookie] is { } chosen
        && IsTag(chosen)
            ? chosen
            : request.GetTypedHeaders().AcceptLanguage.OrderByDescending(each => each.Quality ?? 1)
                .Select(each => each.Value.ToString()).FirstOrDefault(IsTag);

    private static bool IsTag(string text) =>
        text.Length <= LanguageTag.LengthMax && Regex.IsMatch(text, LanguageTag.Pattern);

    private static RazorComponentResult<RegisterPage> Page(int status, HttpContext context, PageForm form) =>
        PageRules.Page<RegisterPage>(
            status, (nameof(RegisterPage.Form), form), (nameof(RegisterPage.Back), ReturnUrl.Of(context)));
}
