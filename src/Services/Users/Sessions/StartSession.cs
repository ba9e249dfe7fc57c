using Tessera.Users.Contracts;
using Tessera.Users.Pages;

namespace Tessera.Users.Sessions;

/// <summary>Signs in at the pages: a session with a new id and the cookie that names it. One that the browser had
/// before ends, so that nobody goes on in a session which somebody else put there.</summary>
internal sealed class StartSession(IServiceScopeFactory scopes, TimeProvider clock)
{
    /// <param name="account">As the check of its password returned it.</param>
    /// <param name="method">A <see cref="SignInMethod"/>.</param>
    /// <returns>False when the account is gone, or its password another one, meanwhile.</returns>
    public Task<bool> TryAsync(Account account, string method, HttpContext context, CancellationToken stop) =>
        // The account's row is held until the session is stored: an erasure comes before it or finds it.
        TryAsync(account, accounts => accounts.TryKeepPasswordHashAsync(account, stop), method, context, stop);

    /// <summary>The account of a guest comes to be with the session that is the only way to it.</summary>
    public Task OfGuestAsync(Account guest, HttpContext context, CancellationToken stop) => TryAsync(
        guest,
        accounts =>
        {
            accounts.AddGuest(guest);
            accounts.Work.Publish(new UserRegistered(guest.Id));
            return Task.FromResult(true);
        },
        SignInMethod.Guest, context, stop);

    private async Task<bool> TryAsync(
        Account account, Func<AccountStore, Task<bool>> tryHold, string method, HttpContext context,
        CancellationToken stop)
    {
        // A scope of its own: the request's unit of work may have been used for what came before.
        await using var scope = scopes.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<AccountStore>();
        var sessions = scope.ServiceProvider.GetRequiredService<SessionStore>();
        await accounts.Work.BeginAsync(stop);
        if (!await tryHold(accounts)) return false;
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
