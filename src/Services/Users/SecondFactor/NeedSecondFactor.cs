using System.Security.Claims;
using Microsoft.Extensions.Options;
using Tessera.Users.Pages;
using Tessera.Users.Sessions;

namespace Tessera.Users.SecondFactor;

/// <summary>Where <c>Users:OperatorsNeedSecondFactor</c> says so, an operator who has proved who it is by a password
/// alone gets no code and no token.</summary>
internal sealed class NeedSecondFactor(SecondFactors factors, IOptions<UsersOptions> options)
{
    /// <summary>The page that comes first: one that adds the app, or the sign-in by it. Null when nothing is
    /// missing.</summary>
    public async Task<string?> PageBeforeAsync(
        Account account, ClaimsPrincipal signedIn, string back, CancellationToken stop)
    {
        if (!account.IsOperator || !options.Value.OperatorsNeedSecondFactor
            || SignInMethod.HasTwoFactors(signedIn.FindFirst(AccountCookie.Method)?.Value))
        {
            return null;
        }
        return ReturnUrl.AddTo(
            await factors.HasAsync(account.Id, stop) ? AccountPages.SignIn : AccountPages.SecondFactor, back);
    }
}
