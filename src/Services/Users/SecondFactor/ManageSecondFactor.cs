using Tessera.MailDefaults;
using Tessera.ServiceDefaults;
using Tessera.Users.Mail;
using Tessera.Users.Pages;
using Tessera.Users.Sessions;

namespace Tessera.Users.SecondFactor;

/// <summary>/account/second-factor: adds an authenticator app to the account, or removes it.</summary>
internal static class ManageSecondFactor
{
    public const string Code = EnterCode.Code;
    public const string Secret = "secret";

    public static Task<IResult> Show(
        HttpContext context, AccountStore accounts, SecondFactors factors, SecondFactorStore store,
        TimeProvider clock, CancellationToken stop) =>
        PageAsync(StatusCodes.Status200OK, new PageForm(), context, accounts, factors, store, clock, stop);

    public static async Task<IResult> Add(
        HttpContext context, AccountStore accounts, SecondFactors factors, SecondFactorStore store, MailQueue mails,
        SessionStore sessions, TimeProvider clock, CancellationToken stop)
    {
        if (!FreshSignIn.Is(context, clock)) return FreshSignIn.Ask(AccountPages.SecondFactor);
        var form = await PageForm.ReadAsync(context, stop);
        var user = AccountCookie.RequiredUserOf(context.User);
        if (await accounts.FindAsync(user, stop) is not { Email: { } email }) return SeeOther.To(AccountPages.SignIn);
        await accounts.Work.BeginAsync(stop);
        // Both rows are held: a reset that signs this session out comes before the app or finds it.
        if (!await accounts.TryLockAsync(user, stop)
            || !await sessions.TryHoldAsync(user, AccountCookie.SessionOf(context.User) ?? default, stop))
        {
            return SeeOther.To(AccountPages.SignIn);
        }
        if (await factors.TryAddAsync(user, form[Secret], form[Code], stop) is { } codes)
        {
            mails.Add(WriteMail.SecondFactorAdded, email);
            await accounts.Work.CommitAsync(stop);
            return PageRules.Page<RecoveryCodesPage>(
                StatusCodes.Status200OK, (nameof(RecoveryCodesPage.Codes), codes),
                (nameof(RecoveryCodesPage.Back), ReturnUrl.Of(context)));
        }
        await accounts.Work.RollbackAsync();
        form.Refuse(Code, "factor.add.wrong");
        return await PageAsync(
            StatusCodes.Status422UnprocessableEntity, form, context, accounts, factors, store, clock, stop);
    }

    public static async Task<IResult> Remove(
        HttpContext context, AccountStore accounts, SecondFactors factors, SecondFactorStore store, MailQueue mails,
        TimeProvider clock, CancellationToken stop)
    {
        if (!FreshSignIn.Is(context, clock)) return FreshSignIn.Ask(AccountPages.SecondFactor);
        var form = await PageForm.ReadAsync(context, stop);
        var user = AccountCookie.RequiredUserOf(context.User);
        if (await accounts.FindAsync(user, stop) is not { Email: { } email }) return SeeOther.To(AccountPages.SignIn);
        if (!await factors.TryUseAsync(user, form[Code], stop))
        {
            form.Refuse(Code, "factor.wrong");
            return await PageAsync(
                StatusCodes.Status422UnprocessableEntity, form, context, accounts, factors, store, clock, stop);
        }
        await accounts.Work.BeginAsync(stop);
        store.Remove(user);
        mails.Add(WriteMail.SecondFactorRemoved, email);
        await accounts.Work.CommitAsync(stop);
        return SeeOther.To(Notice.After(AccountPages.SecondFactor, Notice.SecondFactorRemoved));
    }

    private static async Task<IResult> PageAsync(
        int status, PageForm form, HttpContext context, AccountStore accounts, SecondFactors factors,
        SecondFactorStore store, TimeProvider clock, CancellationToken stop)
    {
        var user = AccountCookie.RequiredUserOf(context.User);
        if (await accounts.FindAsync(user, stop) is not { Email: { } email }) return SeeOther.To(AccountPages.SignIn);
        var isFresh = FreshSignIn.Is(context, clock);
        if (await factors.HasAsync(user, stop))
        {
            return PageRules.Page<SecondFactorPage>(
                status, (nameof(SecondFactorPage.Form), form), (nameof(SecondFactorPage.IsFresh), isFresh),
                (nameof(SecondFactorPage.CodesLeft), await store.CountRecoveryCodesAsync(user, stop)));
        }
        if (!isFresh) return FreshSignIn.Ask(ReturnUrl.AddTo(AccountPages.SecondFactor, ReturnUrl.Of(context)));
        // The same secret again after a mistyped code: the app has it already.
        var sealedSecret = factors.Open(form[Secret]) is not null ? form[Secret] : factors.NewSecret();
        var secret = factors.Open(sealedSecret)!;
        return PageRules.Page<AddSecondFactorPage>(
            status, (nameof(AddSecondFactorPage.Form), form),
            (nameof(AddSecondFactorPage.Sealed), sealedSecret),
            (nameof(AddSecondFactorPage.Email), email),
            (nameof(AddSecondFactorPage.Secret), secret),
            (nameof(AddSecondFactorPage.Back), ReturnUrl.Of(context)));
    }
}
