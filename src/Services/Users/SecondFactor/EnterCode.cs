using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;
using Tessera.Users.Pages;
using Tessera.Users.Sessions;

namespace Tessera.Users.SecondFactor;

/// <summary>POST /account/sign-in/code: the second step of a sign-in, for who has an authenticator app.</summary>
internal static class EnterCode
{
    public const string Code = "code";
    public const string Ticket = "ticket";

    public static RazorComponentResult<CodePage> Page(HttpContext context, string ticket) =>
        Page(StatusCodes.Status200OK, context, PageForm.With((Ticket, ticket)));

    public static async Task<IResult> Handle(
        HttpContext context, AccountStore accounts, SecondFactors factors, SecondFactorTicket tickets,
        StartSession sessions, CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        if (await tickets.ReadAsync(form[Ticket], accounts, stop) is not { } account)
            return SeeOther.To(ReturnUrl.AddTo(AccountPages.SignIn, ReturnUrl.Of(context)));
        if (form[Code].Length == 0) form.Refuse(Code, "code.missing");
        else if (!await factors.TryUseAsync(account.Id, form[Code], stop)) form.Refuse(Code, "code.wrong");
        else if (!await sessions.TryAsync(account, SignInMethod.PasswordAndCode, context, stop))
            return SeeOther.To(ReturnUrl.AddTo(AccountPages.SignIn, ReturnUrl.Of(context)));
        return form.IsGood
            ? SeeOther.To(ReturnUrl.Of(context) ?? AccountPages.Overview)
            : Page(StatusCodes.Status422UnprocessableEntity, context, form);
    }

    private static RazorComponentResult<CodePage> Page(int status, HttpContext context, PageForm form) =>
        PageRules.Page<CodePage>(
            status, (nameof(CodePage.Form), form), (nameof(CodePage.Back), ReturnUrl.Of(context)));
}
