using Tessera.ServiceDefaults;

namespace Tessera.Users.Pages;

/// <summary>/account</summary>
internal static class ShowAccount
{
    public static async Task<IResult> Handle(HttpContext context, AccountStore accounts, CancellationToken stop) =>
        AccountCookie.UserOf(context.User) is { } user && await accounts.FindAsync(user, stop) is { } account
            ? PageRules.Page<AccountPage>(
                StatusCodes.Status200OK,
                (nameof(AccountPage.Account), account.ToView(await accounts.AddressesAsync(user, stop))))
            : SeeOther.To(AccountPages.SignIn);
}
