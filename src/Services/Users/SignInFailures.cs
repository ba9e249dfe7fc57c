using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Users;

/// <summary>Failed sign-ins in a row. The first few are free; then each failure makes the next try wait twice as long.
/// What is refused while it waits is neither checked nor counted, so nobody can keep an account shut.</summary>
internal sealed class SignInFailures(
    IDatabase database, IServiceScopeFactory scopes, IOptions<UsersOptions> options, TimeProvider clock)
{
    private const int DoublingsMax = 30; // 1 s doubled so often exceeds every SignInDelayMax.

    public async Task<SignInRecord> ReadAsync(SignInKey key, CancellationToken stop)
    {
        var blocked = await database.QueryAsync(
            "select blocked_until from sign_in_failures where account = $1 and network = $2",
            [key.Account, key.Network], row => row.GetTimeOrNull(0), stop);
        // A wait that ends later than any can was begun before the clock was set back.
        var now = clock.GetUtcNow();
        return new SignInRecord(
            blocked.Count > 0, blocked is [{ } until] && until > now && until <= now + options.Value.SignInDelayMax);
    }

    public Task CountAsync(SignInKey key, CancellationToken stop) => InOneAsync(async work =>
    {
        var now = clock.GetUtcNow();
        var failures = await work.QueryAsync(
            """
            insert into sign_in_failures (account, network, failures, failed_at) values ($1, $2, 1, $3)
            on conflict (account, network) do update set
                failures = case when sign_in_failures.failed_at < $4 then 1 else sign_in_failures.failures + 1 end,
                failed_at = $3
            returning failures
            """,
            [key.Account, key.Network, now, now - options.Value.SignInFailuresKeptFor],
            row => row.GetInt32(0), stop);
        if (DelayAfter(failures[0]) is { } delay)
        {
            work.Enqueue(
                "update sign_in_failures set blocked_until = $3 where account = $1 and network = $2",
                key.Account, key.Network, now + delay);
        }
    }, stop);

    public Task ForgetAsync(SignInKey key, CancellationToken stop) => InOneAsync(work =>
    {
        work.Enqueue(
            "delete from sign_in_failures where account = $1 and network = $2", key.Account, key.Network);
        return Task.CompletedTask;
    }, stop);

    /// <summary>Removes what is too old to count.</summary>
    public Task PruneAsync(CancellationToken stop) => InOneAsync(work =>
    {
        work.Enqueue(
            "delete from sign_in_failures where failed_at < $1",
            clock.GetUtcNow() - options.Value.SignInFailuresKeptFor);
        return Task.CompletedTask;
    }, stop);

    private TimeSpan? DelayAfter(int failures)
    {
        var doublings = Math.Min(failures - options.Value.FailedSignInsMax, DoublingsMax);
        if (doublings < 0) return null;
        var delay = options.Value.SignInDelay * Math.Pow(2, doublings);
        return delay < options.Value.SignInDelayMax ? delay : options.Value.SignInDelayMax;
    }

    // Hashing takes long; no transaction is open meanwhile, so each change has one of its own.
    private async Task InOneAsync(Func<UnitOfWork, Task> change, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        await change(work);
        await work.CommitAsync(stop);
    }
}

/// <param name="HasFailures">Whether there is something to forget after a success.</param>
internal sealed record SignInRecord(bool HasFailures, bool IsBlocked);
