using Tessera.MailDefaults;
using Tessera.ServiceDefaults;
using Tessera.Users.Mail;
using Tessera.Users.Pages;
using Tessera.Users.Sessions;

namespace Tessera.Users.Passkeys;

/// <summary>/account/passkeys: the keys one can sign in with, each with a button to remove it, and a form to add one.
/// </summary>
internal static class ManagePasskeys
{
    public const string Name = "name";
    public const string Sealed = "sealed";
    public const string Credential = "credential";
    private const int NameLengthMax = 60;

    public static Task<IResult> Show(
        HttpContext context, AccountStore accounts, PasskeyStore passkeys, Ceremonies ceremonies, TimeProvider clock,
        CancellationToken stop) =>
        PageAsync(StatusCodes.Status200OK, new PageForm(), context, accounts, passkeys, ceremonies, clock, stop);

    public static async Task<IResult> Add(
        HttpContext context, AccountStore accounts, PasskeyStore passkeys, Ceremonies ceremonies, MailQueue mails,
        SessionStore sessions, TimeProvider clock, CancellationToken stop)
    {
        if (!FreshSignIn.Is(context, clock)) return FreshSignIn.Ask(AccountPages.Passkeys);
        var form = await PageForm.ReadAsync(context, stop);
        var user = AccountCookie.RequiredUserOf(context.User);
        var name = form.Trimmed(Name);
        if (name.Length is 0 or > NameLengthMax || name.Any(char.IsControl))
            form.Refuse(Name, "passkeys.name.fault", NameLengthMax);
        if (!ceremonies.IsPossible) form.Refuse("", "passkeys.impossible");
        if (form.IsGood)
        {
            await accounts.Work.BeginAsync(stop);
            // The row is held: of many that are added at once no more get in than there is room for, and a reset that
            // signs this session out comes before it or finds it.
            if (!await accounts.TryLockAsync(user, stop)
                || !await sessions.TryHoldAsync(user, AccountCookie.SessionOf(context.User) ?? default, stop)
                || await accounts.FindAsync(user, stop) is not { } account)
            {
                return SeeOther.To(AccountPages.SignIn);
            }
            if ((await passkeys.ListAsync(user, stop)).Count >= PasskeyStore.CountMax)
                form.Refuse("", "passkeys.many", PasskeyStore.CountMax);
            else if (await ceremonies.TryMakeAsync(user, name, form[Sealed], form[Credential], stop) is null)
                form.Refuse("", "passkeys.failed");
            if (form.IsGood)
            {
                mails.Add(WriteMail.PasskeyAdded, account.Email!);
                await accounts.Work.CommitAsync(stop);
                return SeeOther.To(Notice.After(AccountPages.Passkeys, Notice.PasskeyAdded));
            }
            await accounts.Work.RollbackAsync();
        }
        return await PageAsync(
            StatusCodes.Status422UnprocessableEntity, form, context, accounts, passkeys, ceremonies, clock, stop);
    }

    public static async Task<IResult> Remove(
        HttpContext context, AccountStore accounts, PasskeyStore passkeys, MailQueue mails, TimeProvider clock,
        CancellationToken stop)
    {
        if (!FreshSignIn.Is(context, clock)) return FreshSignIn.Ask(AccountPages.Passkeys);
        var form = await PageForm.ReadAsync(context, stop);
        var user = AccountCookie.RequiredUserOf(context.User);
        if (await accounts.FindAsync(user, stop) is not { Email: { } email }) return SeeOther.To(AccountPages.SignIn);
        await accounts.Work.BeginAsync(stop);
        if (await passkeys.TryRemoveAsync(user, form["id"], stop)) mails.Add(WriteMail.PasskeyRemoved, email);
        await accounts.Work.CommitAsync(stop); // Gone already is as good.
        return SeeOther.To(Notice.After(AccountPages.Passkeys, Notice.PasskeyRemoved));
    }

    private static async Task<IResult> PageAsync(
        int status, PageForm form, HttpContext context, AccountStore accounts, PasskeyStore passkeys,
        Ceremonies ceremonies, TimeProvider clock, CancellationToken stop)
    {
        var user = AccountCookie.RequiredUserOf(context.User);
        if (await accounts.FindAsync(user, stop) is not { Email: not null } account)
            return SeeOther.To(AccountPages.SignIn);
        var known = await passkeys.ListAsync(user, stop);
        var canAdd = ceremonies.IsPossible && known.Count < PasskeyStore.CountMax && FreshSignIn.Is(context, clock);
        return PageRules.Page<PasskeysPage>(
            status, (nameof(PasskeysPage.Form), form),
            (nameof(PasskeysPage.Passkeys), known.ConvertAll(each => new PasskeyLine(
                each.Id, each.Name, each.MadeAt, each.UsedAt))),
            (nameof(PasskeysPage.IsFresh), FreshSignIn.Is(context, clock)),
            (nameof(PasskeysPage.Ceremony), canAdd ? await ceremonies.BeginMakingAsync(account, stop) : null));
    }
}

/// <summary>One passkey as its owner sees it.</summary>
public sealed record PasskeyLine(string Id, string Name, DateTimeOffset MadeAt, DateTimeOffset? UsedAt);
