using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Users;

/// <summary>The one way in which an account goes: its data, its sign-ins, and the news to the other services in one
/// transaction, which has begun and is committed here.</summary>
internal sealed class EraseAccount(
    AccountStore accounts, RefreshChain chains, ErasedSubjects erased, TimeProvider clock)
{
    /// <param name="again">Tell the others also when nothing is left here.</param>
    /// <returns>False when the account was gone already, and nothing was done.</returns>
    public async Task<bool> TryAsync(Guid user, CancellationToken stop, bool again = false)
    {
        if (!await accounts.TryEraseAsync(user, clock.GetUtcNow(), stop) && !again) return false;
        await chains.EndAllAsync(user.ToString("D"), stop);
        accounts.Work.Publish(new UserErased(user));
        await accounts.Work.CommitAsync(stop);
        erased.Add(user); // Here at once; the others ask.
        return true;
    }
}
