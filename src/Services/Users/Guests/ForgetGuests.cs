using Microsoft.Extensions.Options;

namespace Tessera.Users.Guests;

/// <summary>Erases guests who came long ago, as they could have done themselves: nobody else will.</summary>
internal sealed class ForgetGuests(
    IServiceScopeFactory scopes, IOptions<UsersOptions> options, TimeProvider clock)
{
    /// <summary>How many are looked for at a time.</summary>
    private const int Batch = 100;

    /// <summary>Goes on as long as whole batches are erased: what could not be is left to the next round.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (await EraseSomeAsync(stop) == Batch)
        {
            // Each erasure is a transaction of its own, short.
        }
    }

    private async Task<int> EraseSomeAsync(CancellationToken stop)
    {
        await using var looking = scopes.CreateAsyncScope();
        var due = await looking.ServiceProvider.GetRequiredService<AccountStore>()
            .GuestsBeforeAsync(clock.GetUtcNow() - options.Value.GuestsKeptFor, Batch, stop);
        var erased = 0;
        foreach (var guest in due)
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<AccountStore>().Work.BeginAsync(stop);
            // False when another process of ours was quicker.
            if (await scope.ServiceProvider.GetRequiredService<EraseAccount>().TryAsync(guest, stop)) erased++;
        }
        return erased;
    }
}
