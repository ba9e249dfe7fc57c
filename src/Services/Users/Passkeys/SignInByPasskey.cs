using Tessera.ServiceDefaults;
using Tessera.Users.Pages;
using Tessera.Users.Sessions;

namespace Tessera.Users.Passkeys;

/// <summary>POST /account/sign-in/passkey. The device has made sure who holds it (by a finger, a face or a number), so
/// no further factor is asked for.</summary>
internal static class SignInByPasskey
{
    public static async Task<IResult> Handle(
        HttpContext context, AccountStore accounts, Ceremonies ceremonies, StartSession sessions,
        CancellationToken stop)
    {
        var form = await PageForm.ReadAsync(context, stop);
        if (ceremonies.IsPossible && await WhoAsync(form, accounts, ceremonies, stop) is { } account
            && await sessions.TryAsync(account, SignInMethod.Passkey, context, stop))
        {
            return SeeOther.To(ReturnUrl.Of(context) ?? AccountPages.Overview);
        }
        form.Refuse("", "signin.passkey.wrong");
        return SignIn.Page(StatusCodes.Status422UnprocessableEntity, context, form, ceremonies);
    }

    private static async Task<Account?> WhoAsync(
        PageForm form, AccountStore accounts, Ceremonies ceremonies, CancellationToken stop)
    {
        await accounts.Work.BeginAsync(stop);
        var user = await ceremonies.TryUseAsync(
            form[ManagePasskeys.Sealed], form[ManagePasskeys.Credential], stop);
        if (user is not { } id)
        {
            await accounts.Work.RollbackAsync();
            return null;
        }
        await accounts.Work.CommitAsync(stop);
        return await accounts.FindAsync(id, stop);
    }
}
