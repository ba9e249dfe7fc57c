using OpenIddict.Abstractions;
using OpenIddict.Server;
using Tessera.Messaging;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Tessera.Users;

/// <summary>A device that asks for its token more often than it may is told <c>slow_down</c>, and must wait five
/// seconds longer from then on (RFC 8628 §3.5). The token server knows nothing of that.</summary>
internal sealed class PacePolling(IServiceScopeFactory scopes, TimeProvider clock)
    : IOpenIddictServerHandler<ValidateTokenContext>
{
    /// <summary>What a client keeps to when it is told nothing else.</summary>
    private const long IntervalMs = 5_000;

    /// <summary>An answer that was under way for long is followed by a question that seems early.</summary>
    private const long SlackMs = 500;

    private const long KeptForMs = 24 * 60 * 60 * 1_000;

    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.Principal is not { } principal || principal.GetTokenId() is not { } code
            || !principal.HasTokenType(OpenIddictConstants.TokenTypeIdentifiers.Private.DeviceCode)
            || !await IsEarlyAsync(code, context.CancellationToken))
        {
            return;
        }
        context.Reject("slow_down", "Ask again after five seconds more than before.");
    }

    /// <summary>Forgets the devices of long ago.</summary>
    public Task PruneAsync(CancellationToken stop) => InOneAsync(work =>
    {
        work.Enqueue("delete from device_polls where polled_ms < $1", NowMs() - KeptForMs);
        return Task.FromResult(true);
    }, stop);

    private Task<bool> IsEarlyAsync(string code, CancellationToken stop) => InOneAsync(async work =>
    {
        var now = NowMs();
        var early = await work.QueryAsync(
            """
            insert into device_polls (code, polled_ms, interval_ms, is_early) values ($1, $2, $3, 0)
            on conflict (code) do update set
                is_early = case when $2 + $4 < device_polls.polled_ms + device_polls.interval_ms then 1 else 0 end,
                interval_ms = device_polls.interval_ms
                    + case when $2 + $4 < device_polls.polled_ms + device_polls.interval_ms then $3 else 0 end,
                polled_ms = $2
            returning is_early
            """,
            [code, now, IntervalMs, SlackMs], row => row.GetInt32(0), stop);
        return early[0] == 1;
    }, stop);

    private long NowMs() => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<T> InOneAsync<T>(Func<UnitOfWork, Task<T>> change, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        var result = await change(work);
        await work.CommitAsync(stop);
        return result;
    }
}
