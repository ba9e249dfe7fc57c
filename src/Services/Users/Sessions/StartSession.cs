using Tessera.Users.Pages;

namespace Tessera.Users.Sessions;

/// <summary>Signs in at the pages: a session with a new id and the cookie that names it. One that the browser had
/// before ends, so that nobody goes on in a session which somebody else put there.</summary>
internal sealed class StartSession(IServiceScopeFactory scopes, TimeProvider clock)
{
    /// <param name="account">As the check of its password returned it.</param>
    /// <param name="method">A <see cref="SignInMethod"/>.</param>
    /// <returns>False when the account is gone, or its password another one, meanwhile.</returns>
    public async Task<bool> TryAsync(
        Account account, string method, HttpContext context, CancellationToken stop)
    {
        // A scope of its own: the request's unit of work may have been used for what came before.
        await using var scope = scopes.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<AccountStore>();
        var sessions = scope.ServiceProvider.GetRequiredService<SessionStore>();
        await accounts.Work.BeginAsync(stop);
        // The account's row is held until the session is stored: an erasure comes before it or finds it.
        if (!await accounts.TryKeepPasswordHashAsync(account, stop)) return false;
        if (AccountCookie.SessionOf(context.User) is { } before && AccountCookie.UserOf(context.User) is { } user)
        {
            await sessions.TryEndAsync(user, before, stop);
            await scope.ServiceProvider.GetRequiredService<EndTokens>().OfSessionAsync(before, stop);
        }
        var session = sessions.Begin(account.Id, context);
        await accounts.Work.CommitAsync(stop);
        await AccountCookie.SignInAsync(context, account.Id, session, method, clock.GetUtcNow());
        return true;
    }
}
